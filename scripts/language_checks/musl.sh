#!/usr/bin/env bash
# Compiles PHP, Python or Ruby for musl, with FFI and little else, into build/tools/musl: musl.sh php|python3|ruby
#
# Alpine's programs cannot be installed beside Debian's. The sources are Debian's, without its
# patches. Takes some four minutes, once, of an idle machine of two cores.
set -euo pipefail
cd "$(dirname "$0")/../.."
name=$1
tools=$PWD/build/tools/musl
[ ! -x "$tools/bin/$name" ] || exit 0
mkdir -p "$tools/bin"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
exec 3>&2 >"$work/log" 2>&1
trap 'tail -n 30 "$work/log" >&3' ERR
# musl's headers first, those of Linux after them.
flags="-fPIC -w -idirafter /usr/include -idirafter /usr/include/$(gcc -print-multiarch)"

# Where the packages are from, the sources are, too: in a list of our own.
mkdir -p "$work/apt/parts" "$work/apt/lists/partial"
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
  if [ -f "$file" ]; then
    sed 's/^Types: deb$/Types: deb-src/; s/^deb /deb-src /' "$file" >"$work/apt/parts/${file##*/}"
  fi
done
apt=(
  apt-get -qq -o Dir::Etc::sourcelist=- -o "Dir::Etc::sourceparts=$work/apt/parts"
  -o "Dir::State::lists=$work/apt/lists" -o APT::Sandbox::User=root
)
"${apt[@]}" update || true # One source that is out of reach is no reason to give up.
release=$(. /etc/os-release && echo "$VERSION_CODENAME")

compile() { # PACKAGE CONFIGURE_OPTION...
  cd "$work"
  "${apt[@]}" source --download-only "$1/$release"
  mkdir "$1"
  tar xf "$1"_*.orig.tar.?z -C "$1" --strip-components 1
  cd "$1"
  ./configure --quiet CC=musl-gcc --prefix="$tools" "${@:2}"
}

compile libffi CFLAGS="-O1 $flags" --disable-shared --disable-docs --disable-multi-os-directory
make -s -j2
make -s install

case $name in
  php)
    PKG_CONFIG_LIBDIR=$tools/lib/pkgconfig compile php8.2 CFLAGS="-O0 $flags" LDFLAGS=-rdynamic \
      --disable-all --disable-cgi --disable-phpdbg --disable-opcache --enable-pcntl --with-ffi
    make -s -j2 cli
    install sapi/cli/php "$tools/bin/"
    ;;
  python3)
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
    ;;
  ruby)
    compile ruby3.1 CFLAGS="$flags" optflags=-O1 debugflags= --with-libffi-dir="$tools" \
      --without-gmp --disable-install-doc --disable-jit-support --disable-yjit \
      --with-out-ext=openssl,psych,readline,zlib
    make -s -j2 exts
    make -s install-lib install-arch install-comm
    install ruby "$tools/bin/"
    ;;
esac
