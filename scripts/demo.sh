#!/usr/bin/env bash
# One token, from the real gateway where MOMO_API_USER is set, else from the mock gateway.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}

get_token() {
  build/examples/get_token || {
    echo "demo: no token; \"message\" above says why, README.md what to do about each status" >&2
    exit 1
  }
}

# The two builds share no file and each leaves a core idle for a while: side by side they take
# little more than the longer one. The mock gateway is built as the tests will want it.
mock_build=
if [ -z "${MOMO_API_USER:-}" ]; then
  cargo build --quiet --package momo-mock-gateway &
  mock_build=$!
fi
scripts/build.sh
mkdir -p build/examples
"${CC:-cc}" -std=c99 -Wall -Wextra -Wpedantic -O2 -Ibuild/include examples-c/get_token.c \
  -Lbuild/lib -lmomo -Wl,-rpath,"$PWD/build/lib" -o build/examples/get_token

if [ -z "$mock_build" ]; then
  get_token
  echo "demo: a token from ${MOMO_BASE_URL:-the gateway that is the default}," \
    "with the credentials of the environment"
  exit
fi

wait "$mock_build"
# It runs until its standard input closes: also when this script ends in any other way.
coproc mock { exec "$target/debug/momo-mock-gateway" --until-stdin-closes; }
mock_id=$mock_PID
read -r answer <&"${mock[0]}"
field() {
  sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$answer"
}
# Nothing else of the environment may count: a proxy, an option of another program.
for name in $(compgen -e MOMO_ || true); do
  unset "$name"
done
MOMO_BASE_URL=$(field base_url)
MOMO_CA=$(field ca)
MOMO_API_USER=$(field api_user)
MOMO_API_KEY=$(field api_key)
MOMO_SUBSCRIPTION_KEY=$(field subscription_key)
MOMO_PROXY=none
export MOMO_BASE_URL MOMO_CA MOMO_API_USER MOMO_API_KEY MOMO_SUBSCRIPTION_KEY MOMO_PROXY
get_token
echo "demo: a token over TLS from the mock gateway at $MOMO_BASE_URL; with MOMO_API_USER," \
  "MOMO_API_KEY and MOMO_SUBSCRIPTION_KEY set, from the real one"
input=${mock[1]}
exec {input}>&-
wait "$mock_id"
