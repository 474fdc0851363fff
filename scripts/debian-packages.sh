#!/usr/bin/env bash
# Has packages of Debian installed: scripts/debian-packages.sh WHAT PACKAGE...
#
# As root it installs those that are missing, otherwise it names them, and WHAT needs them. Takes no
# time where all are there.
set -euo pipefail
what=$1
shift
missing=()
for package in "$@"; do
  dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
    missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "$what needs more: apt-get install ${missing[*]} (as root, on Debian 12)" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# One source that is out of reach is no reason to give up.
apt-get update -qq || true
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
