#!/usr/bin/env bash
# The C interface under ThreadSanitizer: programs in C with an instrumented library; the tests in Rust
# are those of scripts/tsan.sh. A part of `make check-sanitizers`.
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts/debian-packages.sh ThreadSanitizer clang-22 libclang-rt-22-dev rustc-web cargo-web rust-web-src
export RUSTC=/usr/bin/rustc
. scripts/sanitizers/common.sh

# The standard library is instrumented, too, as in scripts/tsan.sh: without it, what it does looks
# like races.
export RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=thread -Zexternal-clangrt"
target=$PWD/${CARGO_TARGET_DIR:-target}/tsan-c
/usr/bin/cargo rustc --quiet --lib --crate-type cdylib -Zbuild-std --target "$host" \
  --target-dir "$target"
library_folder "$target/$host/debug/libmomo.so" "$work/lib"

TSAN_OPTIONS="external_symbolizer_path=$(command -v addr2line) exitcode=99"
export TSAN_OPTIONS
with_mock() {
  env -u RUSTC -u RUSTFLAGS scripts/with-mock.sh env LD_LIBRARY_PATH="$work/lib" "$@"
}
compile() { # SOURCE PROGRAM
  clang-22 -std=gnu11 -g -O1 -fsanitize=thread -pthread -Iinclude "$1" -L"$work/lib" -lmomo -o "$2"
}

# First that it would be seen.
compile tests/c/misuse.c "$work/misuse"
sees race "ThreadSanitizer: data race" momo_set_option -- with_mock "$work/misuse"

for program in examples-c/threads tests/c/background; do
  compile "$program.c" "$work/$(basename "$program")"
done
finds_nothing threads with_mock "$work/threads" 8 200
finds_nothing "frees during requests" with_mock env MOMO_CACHE=client "$work/background" frees 50
finds_nothing "exits during requests" with_mock env MOMO_CACHE=client "$work/background" exits 50

tests env -u RUSTC -u RUSTFLAGS -u TSAN_OPTIONS scripts/tsan.sh
closing_line
