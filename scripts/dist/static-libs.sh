#!/usr/bin/env bash
# What the static library needs of the system: scripts/dist/static-libs.sh PLATFORM
set -euo pipefail
case $1 in
  # One library holds all of the C library there.
  *-linux-musl) echo "-lgcc_s -lc" ;;
  *) echo "-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc" ;;
esac
