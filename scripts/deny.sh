#!/usr/bin/env bash
# Checks the crates that the library, its build and its tests take, by cargo-deny: licences, sources,
# duplicates, and what is known against them. What is accepted is in deny.toml.
#
# The list of what is known is RustSec's. Where it cannot be fetched that check is left out, and a
# line says so; with LIBMOMO_ADVISORIES=required that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/deps.sh deny
deny=build/tools/deny/bin/cargo-deny
"$deny" --locked check --deny warnings licenses bans sources
if timeout 60 "$deny" fetch db 2>/dev/null; then
  "$deny" --locked check --deny warnings advisories
else
  echo "advisories were not checked: RustSec's list cannot be fetched from here" >&2
  [ "${LIBMOMO_ADVISORIES:-}" != required ]
fi
