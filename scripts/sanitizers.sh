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
. scripts/parts.sh
scripts/deps.sh

part scripts/asan.sh
case ${1:-} in
--quick) part scripts/tsan.sh ;;
*)
  part scripts/sanitizers/address.sh
  part scripts/sanitizers/memcheck.sh
  part scripts/sanitizers/thread.sh
  ;;
esac
finish
