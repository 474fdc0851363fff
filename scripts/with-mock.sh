#!/usr/bin/env bash
# Starts the mock gateway and runs COMMAND against it: with-mock.sh COMMAND [ARGUMENT...]
#
# It sets every option that matters, and tells the loader the library that `make` has built. It ends
# with the command's exit status.
#
# LIBMOMO_MOCK names a mock gateway that is built already.
#
# with-mock.sh --serve runs no command: it prints the variables and an empty line, and serves until
# its standard input closes. MOCK_PLAIN is then the gateway's base URL for plain http, and MOCK_PID
# its process.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
target=${CARGO_TARGET_DIR:-target}
[[ $target = /* ]] || target=$root/$target

[ $# -gt 0 ] || { echo "usage: with-mock.sh COMMAND [ARGUMENT...]" >&2 && exit 2; }
gateway=${LIBMOMO_MOCK:-$target/debug/momo-mock-gateway}
[ -n "${LIBMOMO_MOCK:-}" ] ||
  cargo build --quiet --manifest-path "$root/Cargo.toml" --package momo-mock-gateway

# It ends when its standard input closes: also if this script ends in any other way.
coproc mock { exec "$gateway" --plain --until-stdin-closes; }
# Bash unsets both variables if the gateway ends, and a caller may kill it.
# shellcheck disable=SC2154 # coproc sets it.
mock_id=$mock_PID input=${mock[1]}
read -r response <&"${mock[0]}"
field() {
  sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$response"
}
# Nothing else of the environment may count, such as an option that somebody has set.
for name in $(compgen -e MOMO_ || true); do
  unset "$name"
done
for name in base_url ca api_user api_key subscription_key; do
  printf -v "MOMO_${name^^}" %s "$(field "$name")"
done
MOMO_PROXY=none
LD_LIBRARY_PATH=$root/build/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export "${!MOMO_@}" LD_LIBRARY_PATH

status=0
if [ "$1" = --serve ]; then
  env | grep ^MOMO_
  printf '%s\n' "MOCK_PLAIN=$(field plain_base_url)" "MOCK_PID=$mock_id" ""
  cat >/dev/null
else
  "$@" || status=$?
fi
exec {input}>&-
wait "$mock_id" || [ "$1" = --serve ]
exit "$status"
