#!/usr/bin/env bash
# Runs COMMAND against the mock gateway: with-mock.sh COMMAND [ARGUMENT…]
#
# For the command every option that counts is set, as is where the loader finds the library that
# `make` has built. It ends with the command's own exit status.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
target=${CARGO_TARGET_DIR:-target}
[[ $target = /* ]] || target=$root/$target

if [ $# = 0 ]; then
  echo "usage: with-mock.sh COMMAND [ARGUMENT...]" >&2
  exit 2
fi
cargo build --quiet --manifest-path "$root/Cargo.toml" --package momo-mock-gateway

# It runs until its standard input closes: also when this script ends in any other way.
coproc mock { exec "$target/debug/momo-mock-gateway" --until-stdin-closes; }
mock_id=$mock_PID
read -r response <&"${mock[0]}"
field() {
  sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$response"
}
# Nothing else of the environment may count: an option of another program, say.
for name in $(compgen -e MOMO_ || true); do
  unset "$name"
done
MOMO_BASE_URL=$(field base_url)
MOMO_CA=$(field ca)
MOMO_API_USER=$(field api_user)
MOMO_API_KEY=$(field api_key)
MOMO_SUBSCRIPTION_KEY=$(field subscription_key)
MOMO_PROXY=none
LD_LIBRARY_PATH=$root/build/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export MOMO_BASE_URL MOMO_CA MOMO_API_USER MOMO_API_KEY MOMO_SUBSCRIPTION_KEY MOMO_PROXY
export LD_LIBRARY_PATH

status=0
"$@" || status=$?
input=${mock[1]}
exec {input}>&-
wait "$mock_id"
exit "$status"
