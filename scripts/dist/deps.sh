#!/usr/bin/env bash
# What compiling for the other platforms needs: installed where that is possible (root on Debian),
# named where it is not. Takes no time where all is there.
set -euo pipefail
cd "$(dirname "$0")/../.."

packages=(
  # Rust with the source of its standard library, which is compiled for each platform.
  rustc-web cargo-web rust-web-src
  gcc-mingw-w64-x86-64 gcc-aarch64-linux-gnu libc6-dev-arm64-cross
  llvm # llvm-dlltool, for the import library of Microsoft's linker
  python3-venv dpkg-dev patchelf xz-utils zip
  doxygen # the manual pages
)
scripts/debian-packages.sh "compiling for other platforms" "${packages[@]}"

# Zig's compiler links for an older glibc, and for musl.
zig=build/tools/zig
if [ ! -x "$zig/bin/cargo-zigbuild" ]; then
  python3 -m venv "$zig"
  "$zig/bin/pip" install --quiet --disable-pip-version-check ziglang==0.15.2 cargo-zigbuild==0.24.1
fi
