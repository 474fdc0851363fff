#!/usr/bin/env bash
# Makes what is released and uses each of it as its users do: scripts/check-release.sh [--long]
#
# Without --long: the libraries of this machine's kind and Windows', and the packages of four
# languages. The last line is "N passed, M failed".
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh

long=() only=()
if [ "${1:-}" = --long ]; then
  long=(--long)
else
  export LIBMOMO_PLATFORMS=${LIBMOMO_PLATFORMS:-x86_64-linux-gnu x86_64-windows}
  only=(--only python,javascript,php,go)
fi

scripts/dist.sh
part scripts/check-dist.py "${long[@]}"
[ ${#long[@]} = 0 ] || part scripts/dist/wine-tests.sh
scripts/packages.py build "${only[@]}"
part scripts/packages.py check "${long[@]}" "${only[@]}"
finish
