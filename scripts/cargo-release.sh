#!/usr/bin/env bash
# Compiles the library that is released: scripts/cargo-release.sh [OPTION OF CARGO...]
#
# It is the same wherever it is compiled: no path of this machine gets into it.
set -euo pipefail
cd "$(dirname "$0")/.."

# The sources of the dependencies are there from here on, and their folder has a name.
cargo fetch --quiet --locked
rust= c=
rename() { # FOLDER NAME
  rust+=" --remap-path-prefix=$1=$2"
  c+=" -ffile-prefix-map=$1=$2"
}
rename "$PWD" /libmomo
for registry in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
  rename "$registry" /crates
done

# Not `cargo build`: with the Rust library among the crate types, Cargo leaves link-time
# optimisation out.
RUSTFLAGS="${RUSTFLAGS:-}$rust" CFLAGS="${CFLAGS:-}$c" \
  cargo rustc --release --lib --crate-type cdylib,staticlib "$@"
