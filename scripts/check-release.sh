#!/usr/bin/env bash
# Makes what is released and uses each of it as its users do: scripts/check-release.sh [--long]
#
# Without --long: the libraries of this machine's kind and Windows', and the packages of four
# languages. The last line is "N passed, M failed".
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT

long=() only=()
if [ "${1:-}" = --long ]; then
  long=(--long)
else
  export LIBMOMO_PLATFORMS=${LIBMOMO_PLATFORMS:-x86_64-linux-gnu x86_64-windows}
  only=(--only python,javascript,php,go)
fi

scripts/dist.sh
status=0
scripts/check-dist.py "${long[@]}" 2>&1 | tee -a "$log" || status=$?
[ ${#long[@]} = 0 ] || scripts/dist/wine-tests.sh 2>&1 | tee -a "$log" || status=$?
scripts/build-packages.py "${only[@]}"
scripts/check-packages.py "${long[@]}" "${only[@]}" 2>&1 | tee -a "$log" || status=$?
scripts/totals.sh "$status" "$log"
exit "$status"
