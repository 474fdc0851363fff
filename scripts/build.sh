#!/usr/bin/env bash
# Builds the library and lays it out in build/ as it will be installed.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/cargo-release.sh "$@"
scripts/lay-out.sh "${CARGO_TARGET_DIR:-target}/release" build
