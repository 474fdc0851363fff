#!/usr/bin/env bash
# Exits, forks and frees at random moments of a request in the background, under AddressSanitizer and
# LeakSanitizer, with an instrumented library in a C program: scripts/asan.sh [TIMES]
set -euo pipefail
cd "$(dirname "$0")/.."

# A compiler that is no nightly takes the flag only so.
export RUSTC_BOOTSTRAP=1
host=$(rustc -vV | sed -n 's/^host: //p')
target=${CARGO_TARGET_DIR:-target}/asan
RUSTFLAGS=-Zsanitizer=address CARGO_TARGET_DIR=$target \
  cargo rustc --quiet --lib --crate-type staticlib --target "$host"
# The runtime comes with the compiler; a Rust program is linked with it, a library is not.
runtime=("$(rustc --print sysroot)/lib/rustlib/$host/lib"/librustc-*_rt.asan.a)
program=$target/background
"${CC:-cc}" -std=gnu11 -O1 -g -pthread -rdynamic -Iinclude tests/c/background.c \
  "$target/$host/debug/libmomo.a" -Wl,--whole-archive "${runtime[0]}" -Wl,--no-whole-archive \
  -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc -lresolv -o "$program"

times=${1:-500}
passed=0 failed=0
run() { # LEAKS WORDS...
  local leaks=$1 log status=0
  shift
  log=$(mktemp)
  scripts/with-mock.sh env MOMO_CACHE=client ASAN_OPTIONS="detect_leaks=$leaks" \
    "$program" "$@" >"$log" 2>&1 || status=$?
  # A child of a fork prints, too.
  if grep -q 'ERROR: \(Address\|Leak\)Sanitizer' "$log"; then status=99; fi
  if [ "$status" = "${expected:-0}" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "AddressSanitizer: $*: exit status $status, expected ${expected:-0}"
    head -n 60 "$log"
  fi
  rm -f "$log"
}

# First that it would be seen.
expected=99 run 1 forgets
run 1 exits "$times"
run 1 frees "$((times / 4))"
# A child leaves its parent's requests alone for ever, on purpose: that is no leak of its own.
run 0 forks "$times"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
