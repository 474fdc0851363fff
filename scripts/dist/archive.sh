#!/usr/bin/env bash
# Packs what scripts/dist/build.sh has built: scripts/dist/archive.sh PLATFORM FOLDER
#
# The archive can be unpacked anywhere. It has the same bytes whenever it is packed. The bill of
# materials lies beside it.
set -euo pipefail
cd "$(dirname "$0")/../.."
platform=$1 folder=$2
built=build/dist/$platform
version=$(scripts/version.sh)
name=libmomo-$version-$platform
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/$name

if [ "$platform" = x86_64-windows ]; then
  mkdir -p "$root"
  cp -R "$built/bin" "$built/lib" "$built/include" "$root/"
else
  options=()
  # One library holds all of the C library there.
  [[ $platform != *-musl ]] || options=(STATIC_LIBS="-lgcc_s -lc")
  make --silent install BUILD="$built" PREFIX=/UNPACKED DESTDIR="$work/staged" "${options[@]}"
  mv "$work/staged/UNPACKED" "$root"
  # shellcheck disable=SC2016 # pkg-config replaces the variable.
  sed -i 's|/UNPACKED|${pcfiledir}/../..|' "$root/lib/pkgconfig/momo.pc"
fi
install -m 644 README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$root/"
install -m 644 "$built/libmomo.cdx.json" "$folder/$name.cdx.json"

cd "$work"
find "$name" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
if [ "$platform" = x86_64-windows ]; then
  find "$name" -type f | LC_ALL=C sort | TZ=UTC zip --quiet -X -@ "$name.zip"
  mv "$name.zip" "$folder/"
else
  tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    --format=gnu "$name" | xz -9 >"$folder/$name.tar.xz"
fi
