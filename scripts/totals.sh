#!/usr/bin/env bash
# The closing line of several checks, "N passed, M failed", from what they have said:
# scripts/totals.sh STATUS LOG
#
# A program that crashes says no result: where STATUS, that of all, is not 0 it is a failure, too.
set -euo pipefail
awk -v status="$1" '
  /^test result:/ { passed += $4; failed += $6 }
  /^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3 }
  END {
    if (status != 0 && failed == 0) failed = 1
    printf "%d passed, %d failed\n", passed, failed
  }' "$2"
