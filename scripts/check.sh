#!/usr/bin/env bash
# Every test; the last line is "N passed, M failed", the exit status is that of the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh

# The released library (optimised: one core for a long time) while the tests are compiled (not
# optimised: all cores).
scripts/build.sh --quiet &
library=$!
cargo test --workspace --no-run || status=$?
wait "$library" || status=$?
[ "$status" = 0 ] || finish

# The tests of the library's files take these, rather than build them again.
export LIBMOMO_DIR=$PWD/build/lib
# They wait more than they compute: two for each core.
part cargo test --workspace --no-fail-fast -- --test-threads=$((2 * $(nproc)))
part scripts/languages.py
part scripts/check-docs.py
part scripts/soak.sh
part scripts/model.sh
finish
