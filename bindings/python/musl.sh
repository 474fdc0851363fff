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
closures='-DHAVE_FFI_PREP_CIF_VAR -DHAVE_FFI_PREP_CLOSURE_LOC -DHAVE_FFI_CLOSURE_ALLOC'
# In the program, where setup.py would look for what they need among glibc's.
cat >Modules/Setup.local <<END
*static*
_asyncio _asynciomodule.c
_bisect _bisectmodule.c
_blake2 _blake2/blake2module.c _blake2/blake2b_impl.c _blake2/blake2s_impl.c
_contextvars _contextvarsmodule.c
_ctypes _ctypes/_ctypes.c _ctypes/callbacks.c _ctypes/callproc.c _ctypes/stgdict.c _ctypes/cfield.c $closures -I$tools/include $tools/lib/libffi.a
_datetime _datetimemodule.c
_heapq _heapqmodule.c
_json _json.c
_md5 md5module.c
_multiprocessing _multiprocessing/multiprocessing.c _multiprocessing/semaphore.c
_opcode _opcode.c
_pickle _pickle.c
_posixshmem _multiprocessing/posixshmem.c
_posixsubprocess _posixsubprocess.c
_queue _queuemodule.c
_random _randommodule.c
_sha1 sha1module.c
_sha256 sha256module.c
_sha3 _sha3/sha3module.c
_sha512 sha512module.c
_socket socketmodule.c
_struct _struct.c
array arraymodule.c
binascii binascii.c
fcntl fcntlmodule.c
math mathmodule.c
select selectmodule.c
END
make -s -j2 python
rm -rf Lib/test
mkdir -p Lib/lib-dynload
cp -r Lib "$tools/lib/python3.11"
install python "$tools/bin/python3"
