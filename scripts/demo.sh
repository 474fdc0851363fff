#!/usr/bin/env bash
# One token, from the real gateway where MOMO_API_USER is set, else from the mock gateway.
set -euo pipefail
cd "$(dirname "$0")/.."

where=the\ default\ gateway
with=()
if [ -z "${MOMO_API_USER:-}" ]; then
  where=the\ mock\ gateway
  with=(scripts/with-mock.sh)
  # The two builds share no file and each leaves a core idle for a while: side by side they take
  # little more than the longer one. The mock gateway is built as the tests will want it.
  cargo build --quiet --package momo-mock-gateway &
fi
scripts/build.sh
wait

"${with[@]}" build/bin/momo-token --json || {
  echo "demo: no token; \"message\" above says why, docs/errors.md what to do about each status" >&2
  exit 1
}
echo "demo: a token over TLS from ${MOMO_BASE_URL:-$where}"
[ ${#with[@]} = 0 ] || echo "demo: with MOMO_API_USER, MOMO_API_KEY and MOMO_SUBSCRIPTION_KEY set" \
  "it comes from the real one"
