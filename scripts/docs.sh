#!/usr/bin/env bash
# Builds the documentation: a site in build/docs/html, manual pages in build/docs/man. What is not
# right in it, an undocumented function or a broken link, fails the build.
#
#   scripts/docs.sh --record    also writes packaging/man, which is installed where there is no Doxygen
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v doxygen >/dev/null; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "the documentation needs doxygen: apt-get install doxygen (as root, or what it is called here)" >&2
    exit 1
  fi
  apt-get -qq update || true # one source that is out of reach is no reason to give up
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends doxygen >/dev/null
fi

MOMO_VERSION=$(scripts/version.sh)
export MOMO_VERSION
rm -rf build/docs
mkdir -p build/docs
doxygen packaging/doxygen/Doxyfile
python3 packaging/doxygen/manual.py build/docs/man/man3
if [ "${1:-}" = --record ]; then
  rm -rf packaging/man
  cp -r build/docs/man packaging/man
fi
python3 packaging/doxygen/finish.py "$MOMO_VERSION"
