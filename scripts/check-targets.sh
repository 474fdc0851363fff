#!/usr/bin/env bash
# Type-checks the library for platforms that it is not built for here: no error, no warning.
#
# scripts/check-targets.sh --wine runs the tests within the source under wine instead.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/deps.sh dist
export PATH=$PWD/build/tools/zig/bin:$PATH
export RUSTC=/usr/bin/rustc CARGO=/usr/bin/cargo RUSTC_BOOTSTRAP=1
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/dist
windows=x86_64-pc-windows-gnu

if [ "${1:-}" = --wine ]; then
  scripts/deps.sh wine wine64
  # The program's name is in what Cargo reports.
  program=$(/usr/bin/cargo test --quiet --no-run --lib --target "$windows" \
    -Zbuild-std=std,panic_unwind,test --message-format=json |
    sed -n 's/.*"executable":"\([^"]*momo-[^"]*\.exe\)".*/\1/p')
  exec scripts/language_checks/wine.sh "$program" --test-threads=2
fi
export RUSTFLAGS=-Dwarnings
for target in aarch64-apple-darwin x86_64-unknown-freebsd i686-unknown-linux-gnu \
  armv7-unknown-linux-gnueabihf "$windows"; do
  cargo-zigbuild check --quiet --lib --target "$target" -Zbuild-std=std,panic_unwind
  echo "$target: no error, no warning"
done
