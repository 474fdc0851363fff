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
  local folder=$1 platform
  shift
  if [ $# = 0 ]; then "$folder/scripts/build.sh" --quiet; else "$folder/scripts/deps.sh" dist; fi
  for platform in "$@"; do "$folder/scripts/build.sh" for "$platform"; done
}
build "$PWD" "$@"
(
  unset CARGO_TARGET_DIR
  export CARGO_HOME="$work/cargo"
  build "$copy" "$@"
)

folders=(lib include bin)
[ $# = 0 ] || folders=("${@/#/dist/}")
for folder in "${folders[@]}"; do
  diff --recursive --no-dereference "build/$folder" "$copy/build/$folder"
done
echo "the same bytes from two folders: ${*:-the library of this machine}"
