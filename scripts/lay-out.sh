#!/usr/bin/env bash
# Lays what Cargo has built out as it will be installed: scripts/lay-out.sh BUILT FOLDER
#
# CC, which may be several words, compiles momo-token.
set -euo pipefail
cd "$(dirname "$0")/.."
built=$1 folder=$2
version=$(scripts/version.sh)
soname=$(sed -n 's/^const SONAME: &str = "\(.*\)";$/\1/p' build.rs)
read -ra cc <<<"${CC:-cc}"
mkdir -p "$folder/lib" "$folder/include" "$folder/bin"

# To a new name, then renamed: a program that has the old library mapped keeps it.
put() { # FILE TO
  install -m 755 "$1" "$2.new"
  mv "$2.new" "$2"
}

install -m 644 include/momo.h include/momo_ffi.h include/momo.hpp "$folder/include/"
# What momo-token is linked with beside the library: it tells the loader where that is, wherever both
# were unpacked, and nothing of where it was compiled.
options=(-s)
if [ -e "$built/momo.dll" ]; then
  put "$built/momo.dll" "$folder/bin/momo.dll"
  {
    echo "LIBRARY momo.dll"
    echo EXPORTS
    cat packaging/abi/symbols
  } >"$folder/lib/momo.def"
  # Import libraries: the first for GNU's linker, the second for Microsoft's. A path would be in them.
  llvm=$(compgen -c llvm-dlltool | sort -V | tail -n 1)
  (
    cd "$folder/lib"
    "${MINGW-x86_64-w64-mingw32-}dlltool" --deterministic-libraries --temp-prefix momo \
      -d momo.def -l libmomo.dll.a
    "$llvm" -m i386:x86-64 -d momo.def -l momo.lib
  )
  options+=(-Wl,--no-insert-timestamp)
elif [ -e "$built/libmomo.dylib" ]; then
  put "$built/libmomo.dylib" "$folder/lib/libmomo.0.dylib"
  ln -sf libmomo.0.dylib "$folder/lib/libmomo.dylib"
  install -m 644 "$built/libmomo.a" "$folder/lib/"
  options=(-Wl,-rpath,@loader_path/../lib)
else
  put "$built/libmomo.so" "$folder/lib/libmomo.so.$version"
  ln -sf "libmomo.so.$version" "$folder/lib/$soname"
  ln -sf "$soname" "$folder/lib/libmomo.so"
  install -m 644 "$built/libmomo.a" "$folder/lib/"
  # shellcheck disable=SC2016 # The loader replaces the variable.
  options=(-s -fPIE -pie '-Wl,-rpath,$ORIGIN/../lib')
fi
"${cc[@]}" -std=c99 -O2 -Wall -Wextra -Wpedantic "-I$folder/include" tools/momo-token.c \
  "-L$folder/lib" -lmomo "${options[@]}" -o "$folder/bin/momo-token"
for program in "$built"/momo-mock-gateway{,.exe}; do
  [ -z "${LIBMOMO_MOCK_GATEWAY:-}" ] || [ ! -e "$program" ] || put "$program" "$folder/bin/${program##*/}"
done
