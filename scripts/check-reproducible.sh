#!/usr/bin/env bash
# Compiles what is released once more, from a copy in another folder and with another folder for
# Cargo, and compares: scripts/check-reproducible.sh [PLATFORM...]
#
# Without a platform it is the library as `make` builds it for this machine. Takes as long as two
# builds.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
copy="$work/a copy"
mkdir "$copy"
# What is tracked, as it is here and now.
git ls-files -z | xargs -0 cp --parents -t "$copy"

# The copy has no history to take it from.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

build() { # FOLDER [PLATFORM...]
  if [ $# = 1 ]; then
    "$1/scripts/build.sh" --quiet
    return
  fi
  local folder=$1 platform
  shift
  "$folder/scripts/deps.sh" dist
  for platform in "$@"; do "$folder/scripts/build.sh" for "$platform"; done
}
build "$PWD" "$@"
(
  unset CARGO_TARGET_DIR
  export CARGO_HOME="$work/cargo"
  build "$copy" "$@"
)

status=0
for folder in "${@/#/dist/}"; do
  diff --recursive --no-dereference "build/$folder" "$copy/build/$folder" || status=1
done
if [ $# = 0 ]; then
  for folder in lib include bin; do
    diff --recursive --no-dereference "build/$folder" "$copy/build/$folder" || status=1
  done
fi
[ "$status" = 0 ] && echo "the same bytes from two folders: ${*:-the library of this machine}"
exit "$status"
