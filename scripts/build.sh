#!/usr/bin/env bash
# Builds the library and lays it out in build/ as it will be installed.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
soname=$(sed -n 's/^const SONAME: &str = "\(.*\)";$/\1/p' build.rs)

scripts/cargo-release.sh "$@"

mkdir -p build/lib build/include build/bin
# To a new name, then renamed: a program that has the old library mapped keeps it.
install -m 755 "$target/release/libmomo.so" build/lib/.libmomo.so.new
mv build/lib/.libmomo.so.new "build/lib/libmomo.so.$version"
ln -sf "libmomo.so.$version" "build/lib/$soname"
ln -sf "$soname" build/lib/libmomo.so
install -m 644 "$target/release/libmomo.a" build/lib/
install -m 644 include/momo.h include/momo_ffi.h include/momo.hpp build/include/

# Where the library is, the loader is told: by its search path once it is installed.
"${CC:-cc}" -std=c99 -O2 -Wall -Wextra -Wpedantic -Ibuild/include tools/momo-token.c \
  -Lbuild/lib -lmomo -o build/bin/momo-token
