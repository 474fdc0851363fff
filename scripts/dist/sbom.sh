#!/usr/bin/env bash
# Writes the bill of materials of a library that scripts/dist/build.sh has built:
# scripts/dist/sbom.sh PLATFORM FOLDER FILE
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH

# The CycloneDX project's own library.
tools=build/tools/sbom
if [ ! -e "$tools/installed" ]; then
  python3 -m venv --clear "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check \
    'cyclonedx-python-lib[json-validation]==11.12.0'
  touch "$tools/installed"
fi
"$tools/bin/python3" scripts/dist/sbom.py "$@"
