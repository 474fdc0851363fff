#!/usr/bin/env bash
# The version that Cargo.toml says.
set -euo pipefail
cd "$(dirname "$0")/.."
sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1
