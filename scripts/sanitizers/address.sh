#!/usr/bin/env bash
# The C interface under AddressSanitizer and LeakSanitizer: programs in C with an instrumented
# library, and the tests in Rust that call the interface. A part of `make check-sanitizers`.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/sanitizers/common.sh
scripts/debian-packages.sh AddressSanitizer clang-22 libclang-rt-22-dev

# A compiler that is no nightly takes the flag only so.
export RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address
target=$PWD/${CARGO_TARGET_DIR:-target}/asan
cargo rustc --quiet --lib --crate-type cdylib --target "$host" --target-dir "$target"
library_folder "$target/$host/debug/libmomo.so" "$work/lib"

ASAN_OPTIONS="external_symbolizer_path=$(command -v addr2line)"
export ASAN_OPTIONS
with_mock() {
  RUSTFLAGS='' scripts/with-mock.sh env LD_LIBRARY_PATH="$work/lib" "$@"
}
compile() { # SOURCE PROGRAM
  clang-22 -std=gnu11 -g -O1 -fsanitize=address -pthread -Iinclude "$1" -L"$work/lib" -lmomo -o "$2"
}

# First that it would be seen.
compile tests/c/misuse.c "$work/misuse"
seen() { # FAULT TEXT...
  # The slow way to walk the stack: the standard library has no frame pointers.
  sees "$@" -- with_mock env "ASAN_OPTIONS=$ASAN_OPTIONS:fast_unwind_on_malloc=0" "$work/misuse"
}
seen use-after-free "AddressSanitizer: heap-use-after-free" momo_free_token
seen freed-client "AddressSanitizer: heap-use-after-free" momo_get_stats momo_free_client
seen overflow "AddressSanitizer: heap-buffer-overflow" momo_get_token
seen double-free "AddressSanitizer: attempting double-free" momo_free_stats
seen leak "LeakSanitizer: detected memory leaks" momo_set_option

finds_nothing_in_programs 8 200

export LIBMOMO_DIR=$work/lib
export LIBMOMO_TEST_CC="clang-22 -fsanitize=address" LIBMOMO_TEST_CXX="clang++-22 -fsanitize=address"
# Left out are a program that has more rights than its caller, which LeakSanitizer cannot look into,
# a program that is not instrumented (/bin/true), and what counts bytes of memory.
programs=(interface gateway network security caching processes hosts)
tests cargo test --quiet --no-fail-fast --target "$host" --target-dir "$target" "${programs[@]/#/--test=}" -- \
  arguments:: caches:: clones:: option_report:: options:: proxies:: responses:: secrets:: shared_damage:: \
  sharing:: stats:: attacks:: unload:: --skip shared_caches:: \
  --skip a_program_with_more_rights --skip loading_it_and_ending --skip three_hundred_clients --skip what_the_library_owns
closing_line
