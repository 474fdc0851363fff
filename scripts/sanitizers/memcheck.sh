#!/usr/bin/env bash
# The C interface under valgrind, called by programs in C. A part of `make check-sanitizers`.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/sanitizers/common.sh
scripts/debian-packages.sh valgrind valgrind

# Not optimised: what is reported, and what tests/valgrind.supp leaves out, has the names of functions.
cargo build --quiet --lib
library_folder "${CARGO_TARGET_DIR:-target}/debug/libmomo.so" "$work/lib"

memcheck="valgrind --quiet --error-exitcode=99 --num-callers=40 --suppressions=$PWD/tests/valgrind.supp"
memcheck+=" --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite"
with_mock() { # PROGRAM...
  # shellcheck disable=SC2086 # These are words.
  scripts/with-mock.sh env MOMO_TIMEOUT=5m MOMO_ATTEMPT_TIMEOUT=5m MOMO_CONNECT_TIMEOUT=5m \
    LD_LIBRARY_PATH="$work/lib" $memcheck "$@"
}
compile() { # SOURCE PROGRAM
  "${CC:-cc}" -std=gnu11 -g -O1 -pthread -Iinclude "$1" -L"$work/lib" -lmomo -o "$2"
}

# First that it would be seen.
compile tests/c/misuse.c "$work/misuse"
seen() { # FAULT TEXT...
  sees "$@" -- with_mock "$work/misuse"
}
seen use-after-free "Invalid read of size" momo_free_token
seen freed-client "Invalid read of size" momo_get_stats momo_free_client
seen overflow "Invalid read of size 1" "0 bytes after a block" momo_get_token
seen double-free "Invalid free()" momo_free_stats
seen leak "definitely lost" momo_set_option
seen uninitialised "depends on uninitialised value" momo_set_option

finds_nothing_in_programs 4 50
compile tests/c/background.c "$work/background"
finds_nothing "requests in the background" with_mock env MOMO_CACHE=client "$work/background" frees 20
closing_line
