#!/usr/bin/env bash
# Runs a program for Windows: wine.sh PROGRAM ARGUMENT...
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
export WINEPREFIX=$root/build/tools/wine WINEDEBUG=-all
# Wine offers to fetch a runtime of .NET and a browser.
export WINEDLLOVERRIDES="mscoree,mshtml="
# Node asks for a newer Windows than this wine is.
export NODE_SKIP_PLATFORM_CHECK=1

if [ ! -e "$WINEPREFIX/ready" ]; then
  mkdir -p "$WINEPREFIX"
  wine wineboot --init >/dev/null 2>&1
  wineserver --wait # Some of the system's own programs still write to it then.
  # Windows 10 has this library, and wine has it since 9.0.
  x86_64-w64-mingw32-gcc -O2 -shared "$root/tests/platforms/bcryptprimitives.c" -ladvapi32 \
    -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll"
  touch "$WINEPREFIX/ready"
fi
if [ -n "${MOMO_CA-}" ]; then export MOMO_CA="Z:${MOMO_CA//\//\\}"; fi

# Under wine 8, Python can use pipes and no files, and Node files and no pipes.
if [ "${1##*/}" != node.exe ]; then exec wine "$@"; fi
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
status=0
wine "$@" >"$said/out" 2>"$said/err" || status=$?
cat "$said/out"
cat "$said/err" >&2
exit "$status"
