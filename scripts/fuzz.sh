#!/usr/bin/env bash
# Runs each fuzz target for a while, under AddressSanitizer: scripts/fuzz.sh [SECONDS] [TARGET...]
#
# Begins with the inputs of fuzz/corpus. What is found on the way is kept in build/fuzz: inputs that
# reach new code in corpus/TARGET, for the next run, and those that fail in artifacts/TARGET.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=60
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
  seconds=$1
  shift
fi

scripts/deps.sh fuzz
export PATH=$PWD/build/tools/bin:$PATH
# Faster: blocks and stack frames that are no more are watched for less long or not at all, and
# where blocks were allocated is told in less detail.
ASAN_OPTIONS=quarantine_size_mb=8:malloc_context_size=4:${ASAN_OPTIONS:-}
export ASAN_OPTIONS=detect_stack_use_after_return=0:$ASAN_OPTIONS
# A compiler that is no nightly takes the sanitizers' flags only so.
export RUSTC_BOOTSTRAP=1

# shellcheck disable=SC2046 # These are words.
[ $# -gt 0 ] || set -- $(cargo fuzz list)
host=$(rustc -vV | sed -n 's/^host: //p')
built=${CARGO_TARGET_DIR:-target}/fuzz
# Faster: dictionaries tell what comparisons would.
cargo fuzz build --target-dir "$built" --no-trace-compares --strip-dead-code

passed=0 failed=0
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
for target in "$@"; do
  mkdir -p "build/fuzz/corpus/$target" "build/fuzz/artifacts/$target"
  log=build/fuzz/$target.log
  # No input is to take as long, and none as much memory.
  options=(-timeout=10 -rss_limit_mb=2048 -max_total_time="$seconds"
    -artifact_prefix="build/fuzz/artifacts/$target/")
  dictionary=fuzz/dictionaries/$target.dict
  [ ! -f "$dictionary" ] || options+=(-dict="$dictionary")
  # libFuzzer writes to the first directory alone.
  if TMPDIR=$temporary "$built/$host/release/$target" "${options[@]}" \
    "build/fuzz/corpus/$target" "fuzz/corpus/$target" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "$target: $(grep -a -m 1 DONE "$log")"
  else
    failed=$((failed + 1))
    grep -a -m 1 -A 4 'panicked at\|ERROR: ' "$log" || tail -n 20 "$log"
    echo "$target: failed; the whole log is $log"
    grep -a -o 'build/fuzz/artifacts/.*' "$log" || true
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
