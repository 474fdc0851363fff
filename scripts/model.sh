#!/usr/bin/env bash
# Tries every order in which a few threads can meet in a single flight:
# src/cache/single_flight/model.rs. With --no-run it only compiles.
set -euo pipefail
cd "$(dirname "$0")/.."

# Every order with this many preemptions: 3 find whatever is known to be findable, 4 take minutes.
export LOOM_MAX_PREEMPTIONS=${LOOM_MAX_PREEMPTIONS:-3}
# With --target the flag is not for build scripts and macros: those of ordinary builds are used.
host=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS="${RUSTFLAGS:-} --cfg loom"
# Loom is the one part that has to be fast.
CARGO_PROFILE_DEV_DEBUG=0 cargo test --quiet --lib --target "$host" \
  --config 'profile.dev.package.loom.opt-level=2' \
  --config 'profile.dev.package.generator.opt-level=2' \
  "$@" model:: -- --nocapture
