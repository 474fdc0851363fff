#!/usr/bin/env bash
# Compiles the library that is released: scripts/cargo-release.sh [OPTION OF CARGO...]
#
# It is the same wherever it is compiled: no path of this machine gets into it. Another platform's
# compiler is told by CARGO_RUSTC ("cargo rustc"), RUSTC and CARGO_BUILD_TARGET.
set -euo pipefail
cd "$(dirname "$0")/.."

# The sources of the dependencies are there from here on, and their folder has a name.
host=$(rustc -vV | sed -n 's/^host: //p')
"${CARGO:-cargo}" fetch --quiet --locked --target "${LIBMOMO_TARGET:-$host}"
rust=() c=${CFLAGS:-}
for flag in ${RUSTFLAGS:-}; do rust+=("$flag"); done
rename() { # FOLDER NAME
  rust+=("--remap-path-prefix=$1=$2")
  c+=" $(printf %q "-ffile-prefix-map=$1=$2")"
}
rename "$PWD" /libmomo
for registry in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
  rename "$registry" /crates
done
unset RUSTFLAGS
# The forms of both that know folders with blanks in their names.
CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && echo "${rust[*]}")
export CARGO_ENCODED_RUSTFLAGS CFLAGS=$c CC_SHELL_ESCAPED_FLAGS=1

# Not `cargo build`: with the Rust library among the crate types, Cargo leaves link-time
# optimisation out.
${CARGO_RUSTC:-cargo rustc} --release --lib --crate-type cdylib,staticlib "$@"
# Users test their programs against it: what is released has it.
if [ -n "${LIBMOMO_MOCK_GATEWAY:-}" ]; then
  ${CARGO_RUSTC:-cargo rustc} --release --package momo-mock-gateway --bin momo-mock-gateway "$@"
fi
