#!/usr/bin/env bash
# The symbols of the library: the functions of the recorded header.
set -euo pipefail
cd "$(dirname "$0")/.."
grep -oE '\bmomo_[a-z_]+\(' packaging/abi/momo.h | tr -d '(' | LC_ALL=C sort
