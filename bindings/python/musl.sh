# shellcheck shell=bash disable=SC2154
# Python for musl: sourced by scripts/language_checks/musl.sh.

# Asked for the folder of its headers among those of several architectures, musl-gcc names glibc's.
cat >"$work/cc" <<'END'
#!/bin/sh
[ "$*" = --print-multiarch ] || exec musl-gcc "$@"
END
chmod +x "$work/cc"
# Nothing of glibc's is to be found by pkg-config.
compile python3.11 CC="$work/cc" OPT=-O1 PKG_CONFIG=false --without-ensurepip
# In the program, where setup.py would look for what they need among glibc's.
modules=(_asyncio _bisect _blake2 _contextvars _datetime _heapq _json _md5 _multiprocessing _opcode
  _pickle _posixshmem _posixsubprocess _queue _random _sha1 _sha256 _sha3 _sha512 _socket _struct
  array binascii fcntl math select)
{
  echo '*static*'
  for module in "${modules[@]}"; do
    sed -n "s/^#\($module .*\)/\1/p" Modules/Setup
  done
  sed -n "s|^#\(_ctypes .*\)-lffi|\1-I$tools/include $tools/lib/libffi.a|p" Modules/Setup
} >Modules/Setup.local
make -s -j2 python
rm -rf Lib/test
mkdir -p Lib/lib-dynload
cp -r Lib "$tools/lib/python3.11"
install python "$tools/bin/python3"
