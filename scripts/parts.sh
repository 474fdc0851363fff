# shellcheck shell=bash
# Sourced by a check that has several parts: runs each, tells how long it took, and ends with the
# line "N passed, M failed" of all of them.

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0

part() { # COMMAND...: the next part; one that fails does not keep those after it from running
  local begin=$SECONDS
  "$@" 2>&1 | tee -a "$log" || status=$?
  echo "$*: $((SECONDS - begin)) s"
}

# The totals, from what the parts have said. A program that crashes says no result: where a part has
# failed and none of its tests has, that is a failure, too.
finish() {
  awk -v status="$status" '
    /^test result:/ { passed += $4; failed += $6 }
    /^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3 }
    END {
      if (status != 0 && failed == 0) failed = 1
      printf "%d passed, %d failed\n", passed, failed
    }' "$log"
  exit "$status"
}
