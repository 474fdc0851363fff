#!/usr/bin/env bash
# Threads and processes ask for tokens while the gateway misbehaves in another way each second and
# credentials are replaced: scripts/soak.sh. Takes MINUTES, one where that is not said.
set -euo pipefail
cd "$(dirname "$0")/.."
LIBMOMO_DIR=$PWD/build/lib cargo test --quiet --test soak
