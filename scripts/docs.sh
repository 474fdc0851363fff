#!/usr/bin/env bash
# Builds the documentation: a site in build/docs/html, manual pages in build/docs/man. An undocumented
# function or a broken link fails the build.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v doxygen >/dev/null || scripts/debian-packages.sh "the documentation" doxygen

MOMO_VERSION=$(scripts/version.sh)
# The manual pages have the date of the commit.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export MOMO_VERSION SOURCE_DATE_EPOCH TZ=UTC
rm -rf build/docs
python3 -B packaging/doxygen/pages.py build/docs/pages
doxygen packaging/doxygen/Doxyfile
# Doxygen writes a page for every field and enumerator, too.
find build/docs/man -type f ! -name 'momo_*' ! -name 'momo.h.3' ! -name libmomo.3 -delete
