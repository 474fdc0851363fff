#!/usr/bin/env bash
# Compiles an interpreter for musl, with FFI and little else, into build/tools/musl: musl.sh RECIPE PROGRAM
#
# Alpine's programs cannot be installed beside Debian's. The sources are Debian's, without its
# patches. Takes some four minutes, once, of an idle machine of two cores.
set -euo pipefail
recipe=$(realpath "$1") name=$2
cd "$(dirname "$0")/../.."
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

# shellcheck source=/dev/null
. "$recipe"
