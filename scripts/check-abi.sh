#!/usr/bin/env bash
# Compares what programs in C see of the library with what is recorded in packaging/abi/momo.h: every
# function, parameter, field and enumerator of momo.h, and every symbol of libmomo.so.
#
#   scripts/check-abi.sh             fails if anything is not as recorded, and says what
#   scripts/check-abi.sh --record    records it, after something was added
#
# MOMO_INCLUDE and MOMO_LIB name other directories of a header and a library.
#
# The library's own debugging information would not do: it has the insides of the opaque types,
# which may change. A small library that names every function has what its callers have.
set -euo pipefail
cd "$(dirname "$0")/.."
include=${MOMO_INCLUDE:-$PWD/include}
library=${MOMO_LIB:-$PWD/build/lib}
recorded=$PWD/packaging/abi/momo.h
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}

if [ "${1:-}" = --record ]; then
  # Without comments and empty lines.
  "$cc" -E -P include/momo_ffi.h >"$recorded"
  exit 0
fi

callers() { # NAME HEADER: a library that names every function of the header
  local function
  printf '#include <stdint.h>\n#include "%s"\n' "$2" >"$work/$1.c"
  # Without comments and directives a name before a parenthesis is a function's.
  "$cc" -E -P "$work/$1.c" | grep -oE 'momo_[a-z_]+ *\(' | tr -d ' (' | LC_ALL=C sort -u >"$work/$1"
  while read -r function; do
    echo "__typeof__($function) *const abi_$function = $function;"
  done <"$work/$1" >>"$work/$1.c"
  "$cc" -std=gnu99 -g -fPIC -shared "$work/$1.c" -o "$work/$1.so"
}
callers recorded "$recorded"
callers now "$include/momo.h"
same=true
differ() { # WHAT
  echo "$1 not what is recorded" >&2
  same=false
}
# A symbol that is no function's has its kind, too.
nm -D --defined-only "$library/libmomo.so" | awk '{ print ($2 == "T" ? "" : $2 " ") $3 }' |
  LC_ALL=C sort | diff -u --label recorded --label now "$work/recorded" - ||
  differ "the symbols of libmomo.so are"
# Additions too, which it counts among what does no harm.
abidiff --harmless "$work/recorded.so" "$work/now.so" || differ "momo.h is"
if [ "$same" = false ]; then
  echo "What is gone or changed breaks programs that are built already: put it back. What was added" >&2
  echo "at the end of a struct, a group of statuses or as a function is recorded by --record." >&2
  exit 1
fi
echo "ABI: $(wc -l <"$work/recorded") functions, as recorded"
