#!/usr/bin/env bash
# The C interface under AddressSanitizer with LeakSanitizer, valgrind and ThreadSanitizer. Each is
# first shown a fault of each kind that it is to find: tests/c/misuse.c.
#
#   scripts/sanitizers.sh --quick   the part that CI has time for: exits, forks and frees during
#                                   requests in the background, and the tests in which threads meet
#
# The last line is "N passed, M failed".
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
case ${1:-} in
--quick) parts=(asan.sh tsan.sh) ;;
*) parts=(asan.sh sanitizers/address.sh sanitizers/memcheck.sh sanitizers/thread.sh) ;;
esac
scripts/deps.sh
status=0
for part in "${parts[@]}"; do
  begin=$SECONDS
  "scripts/$part" 2>&1 | tee -a "$log" || status=$?
  echo "scripts/$part: $((SECONDS - begin)) s"
done
scripts/totals.sh "$status" "$log"
exit "$status"
