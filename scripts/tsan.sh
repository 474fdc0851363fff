#!/usr/bin/env bash
# The tests in which threads meet, under ThreadSanitizer: scripts/tsan.sh [NAME...]
# A NAME is a part of the names of tests, such as caches::.
#
# It is right only where the standard library is instrumented, too. Debian has the library's
# source in the version of its compiler: the two are used here, and nowhere else.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -gt 0 ]; then
  tests=(--lib --tests)
else
  tests=(--lib --test caching --test processes)
fi

scripts/debian-packages.sh ThreadSanitizer rustc-web cargo-web rust-web-src
export RUSTC=/usr/bin/rustc
host=$($RUSTC -vV | sed -n 's/^host: //p')
llvm=$($RUSTC -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
scripts/debian-packages.sh ThreadSanitizer "libclang-rt-$llvm-dev"
runtime=/usr/lib/llvm-$llvm/lib/clang/$llvm/lib/linux

# Debian's compiler comes without the runtime: clang's, before the C library that it stands for.
flags="-Zsanitizer=thread -Zexternal-clangrt -Clink-arg=-Wl,-rpath,$runtime"
for argument in -Wl,--no-as-needed "$runtime/libclang_rt.tsan-${host%%-*}.so"; do
  flags+=" -Zpre-link-arg=$argument"
done
export RUSTC_BOOTSTRAP=1 RUSTFLAGS=$flags
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/tsan
export TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp external_symbolizer_path=$(command -v addr2line) ${TSAN_OPTIONS:-}"
# Three hundred handshakes one after the other meet no thread, and not their time-out either; of
# processes that share a token, threads are met in shared_entry:: and sharing::.
/usr/bin/cargo test --quiet --no-fail-fast -Zbuild-std --target "$host" "${tests[@]}" -- "$@" \
  --skip three_hundred_clients --skip many_clients:: --skip shared_caches:: --skip shared_damage:: \
  --skip lifetime::
