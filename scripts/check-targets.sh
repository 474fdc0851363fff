#!/usr/bin/env bash
# Type-checks the library for platforms that it is not built for here: no error, no warning.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/dist/deps.sh
export PATH=$PWD/build/tools/zig/bin:$PATH
export RUSTC=/usr/bin/rustc CARGO=/usr/bin/cargo RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Dwarnings
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/dist
targets=(
  aarch64-apple-darwin
  x86_64-unknown-freebsd
  i686-unknown-linux-gnu
  armv7-unknown-linux-gnueabihf
  x86_64-pc-windows-gnu
)
for target in "${targets[@]}"; do
  cargo-zigbuild check --quiet --lib --target "$target" -Zbuild-std=std,panic_unwind
  echo "$target: no error, no warning"
done
