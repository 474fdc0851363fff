#!/usr/bin/env bash
# Compiles what is released once more, from a copy in another folder and with another folder for
# Cargo, and compares. Takes as long as that.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh --quiet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
copy="$work/a copy"
mkdir "$copy"
# What is tracked, as it is here and now.
git ls-files -z | xargs -0 cp --parents -t "$copy"
unset CARGO_TARGET_DIR
CARGO_HOME="$work/cargo" "$copy/scripts/build.sh" --quiet
status=0
for file in lib/libmomo.so lib/libmomo.a bin/momo-token; do
  cmp "build/$file" "$copy/build/$file" || status=1
done
[ "$status" = 0 ] && echo "the same bytes from two folders: libmomo.so, libmomo.a, momo-token"
exit "$status"
