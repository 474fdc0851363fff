#!/usr/bin/env bash
# Every test; the last line is "N passed, M failed", the exit status is that of the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# The released library (optimised: one core for a long time) while the tests are compiled (not
# optimised: all cores).
scripts/build.sh --quiet &
library=$!
status=0
cargo test --workspace --no-run || status=$?
wait "$library" || status=$?

if [ "$status" = 0 ]; then
  # The tests of the library's files take these, rather than build them again.
  LIBMOMO_DIR=$PWD/build/lib cargo test --workspace --no-fail-fast 2>&1 | tee "$log" || status=$?
fi
for more in scripts/languages.py scripts/check-docs.py scripts/soak.sh scripts/model.sh scripts/asan.sh \
  scripts/tsan.sh; do
  if [ "$status" = 0 ]; then
    "$more" 2>&1 | tee -a "$log" || status=$?
  fi
done
scripts/totals.sh "$status" "$log"
exit "$status"
