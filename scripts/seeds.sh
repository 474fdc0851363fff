#!/usr/bin/env bash
# Runs each fuzz target once with the inputs of fuzz/corpus, without libFuzzer and sanitizers: whether
# the targets agree with the library as it is now.
set -euo pipefail
cd "$(dirname "$0")/.."

# Dependencies are those of the tests, as far as they are the same.
built=${CARGO_TARGET_DIR:-$PWD/target}
CARGO_INCREMENTAL=0 cargo build --quiet --locked --no-default-features \
  --manifest-path fuzz/Cargo.toml --target-dir "$built"

passed=0 failed=0
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
for corpus in fuzz/corpus/*; do
  target=${corpus##*/}
  if TMPDIR=$temporary "$built/debug/$target" "$corpus"/*; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "$target: failed with this input"
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
