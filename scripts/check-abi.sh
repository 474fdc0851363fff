#!/usr/bin/env bash
# Compares what programs in C see of the library with what is recorded in packaging/abi/: every
# function, parameter, field and enumerator of momo.h, and every symbol of libmomo.so.
#
#   scripts/check-abi.sh             fails where anything is not as recorded, and says what
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
recorded=$PWD/packaging/abi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}

nm -D --defined-only "$library/libmomo.so" | awk '{ print $3 }' | LC_ALL=C sort >"$work/symbols"

# Without comments and directives a name before a parenthesis is a function's.
functions=$(echo '#include <momo.h>' | "$cc" -E -P -x c -I"$include" - |
  grep -oE 'momo_[a-z_]+ *\(' | tr -d ' (' | LC_ALL=C sort -u)
{
  echo '#include <momo.h>'
  for function in $functions; do
    echo "__typeof__($function) *const abi_$function = $function;"
  done
} >"$work/seen.c"
(
  cd "$work"
  "$cc" -std=gnu99 -g -fPIC -shared -I"$include" seen.c -o seen.so
  abidw --no-show-locs --no-corpus-path --no-comp-dir-path --no-elf-needed --no-architecture \
    --type-id-style hash seen.so >momo.abi
)

if [ "${1:-}" = --record ]; then
  mkdir -p "$recorded"
  cp "$work/symbols" "$work/momo.abi" "$recorded/"
  echo "recorded: $(wc -l <"$work/symbols") symbols"
  exit 0
fi
same=true
if ! diff -u --label recorded --label now "$recorded/symbols" "$work/symbols"; then
  echo "the symbols of libmomo.so are not those that are recorded" >&2
  same=false
fi
# Additions too, which it counts among what does no harm.
if ! abidiff --harmless "$recorded/momo.abi" "$work/momo.abi"; then
  echo "momo.h is not what is recorded" >&2
  same=false
fi
if [ "$same" = false ]; then
  echo "What is gone or changed breaks programs that are built already: put it back. What was added" >&2
  echo "at the end of a struct, a group of statuses or as a function is recorded by --record." >&2
  exit 1
fi
echo "ABI: $(wc -l <"$work/symbols") symbols, as recorded"
