#!/usr/bin/env bash
# The tests within the source, compiled for Windows and run under wine.
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts/dist/deps.sh
export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/dist
target=x86_64-pc-windows-gnu
work=$(mktemp -d)
trap 'WINEPREFIX=$work/prefix wineserver --kill || true; rm -rf "$work"' EXIT

# The program's name is in what Cargo reports.
/usr/bin/cargo test --quiet --no-run --lib --target "$target" -Zbuild-std=std,panic_unwind,test \
  --message-format=json >"$work/report"
program=$(sed -n 's/.*"executable":"\([^"]*momo-[^"]*\.exe\)".*/\1/p' "$work/report")
cp "$program" "$work/tests.exe"
# Windows 10 has this library, and wine has it since 9.0.
x86_64-w64-mingw32-gcc -shared tests/platforms/bcryptprimitives.c -ladvapi32 \
  -o "$work/bcryptprimitives.dll"
export WINEPREFIX=$work/prefix WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
wine wineboot --init 2>/dev/null
wine "$work/tests.exe" --test-threads=2
