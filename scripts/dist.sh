#!/usr/bin/env bash
# Writes what is released to build/release, for every platform of scripts/platforms: archives, bills
# of materials, packages of Debian, checksums. LIBMOMO_PLATFORMS="x86_64-linux-gnu ..." leaves other
# platforms out. The same source gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(scripts/version.sh)
release=$PWD/build/release
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Can be unpacked anywhere. The bill of materials lies beside it.
archive() { # PLATFORM
  local platform=$1 built=build/dist/$1 name=libmomo-$version-$1
  local root=$work/$name options=()
  if [ "$platform" = x86_64-windows ]; then
    mkdir -p "$root"
    cp -R "$built/bin" "$built/lib" "$built/include" "$root/"
  else
    # One library holds all of the C library there.
    [[ $platform != *-musl ]] || options=(STATIC_LIBS="-lgcc_s -lc")
    make --silent install BUILD="$built" PREFIX=/UNPACKED DESTDIR="$work/staged" "${options[@]}"
    mv "$work/staged/UNPACKED" "$root"
    # shellcheck disable=SC2016 # pkg-config replaces the variable.
    sed -i 's|/UNPACKED|${pcfiledir}/../..|' "$root/lib/pkgconfig/momo.pc"
  fi
  install -m 644 README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$root/"
  install -m 644 "$built/libmomo.cdx.json" "$release/$name.cdx.json"
  (
    cd "$work"
    find "$name" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
    if [ "$platform" = x86_64-windows ]; then
      find "$name" -type f | LC_ALL=C sort | TZ=UTC zip --quiet -X -@ "$release/$name.zip"
    else
      tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
        --format=gnu "$name" | xz -9 >"$release/$name.tar.xz"
    fi
  )
}

take() { # FROM PACKAGE PATH...: moves files from one root to another
  local path
  for path in "${@:3}"; do
    mkdir -p "$2/$(dirname "$path")"
    mv "$1/$path" "$2/$path"
  done
}

# libmomo0, libmomo-dev and momo-tools, with the library for the oldest glibc.
debs() { # PLATFORM ARCHITECTURE
  local platform=$1 arch=$2 lib=usr/lib/$1 root=$work/$2 package doc
  local revision=1 # the first packaging of this version
  make --silent install BUILD="build/dist/$platform" PREFIX=/usr LIBDIR="/$lib" DESTDIR="$root/all"
  # shellcheck disable=SC2046 # These are words.
  take "$root/all" "$root/libmomo0" $(cd "$root/all" && echo "$lib"/libmomo.so.*)
  take "$root/all" "$root/libmomo-dev" "$lib" usr/include usr/share/man/man3
  take "$root/all" "$root/momo-tools" usr/bin usr/share/man/man1
  # The system's loader knows where the library is.
  patchelf --remove-rpath "$root/momo-tools/usr/bin/momo-token"
  if [ -n "$(find "$root/all" ! -type d)" ]; then
    echo "no package has these files:" >&2
    find "$root/all" ! -type d >&2
    exit 1
  fi
  rm -r "$root/all"

  cat >"$work/changelog" <<END
libmomo ($version-$revision) unstable; urgency=medium

  * Release $version: see changelog.gz.

 -- $(sed -n 's/^Maintainer: //p' packaging/debian/libmomo0.control)  $(LC_ALL=C date --utc \
    --rfc-email --date="@$SOURCE_DATE_EPOCH")
END
  # Debian's form of a text within a field: indented, a dot in place of an empty line.
  sed 's/^$/./; s/^/ /' LICENSE-MIT >"$work/mit"
  for package in libmomo0 libmomo-dev momo-tools; do
    doc=$root/$package/usr/share/doc/$package
    mkdir -p "$root/$package/DEBIAN" "$doc"
    sed -e "s/@VERSION@/$version-$revision/" -e "s/@ARCH@/$arch/" \
      "packaging/debian/$package.control" >"$root/$package/DEBIAN/control"
    sed -e "/@MIT@/{r $work/mit" -e 'd}' packaging/debian/copyright >"$doc/copyright"
    gzip -9n <CHANGELOG.md >"$doc/changelog.gz"
    gzip -9n <"$work/changelog" >"$doc/changelog.Debian.gz"
    find "$root/$package" -name '*.[1-8]' -exec gzip -9n {} +
    find "$root/$package" -type d -exec chmod 755 {} +
    (
      cd "$root/$package"
      find usr -type f -exec md5sum {} + | LC_ALL=C sort -k 2 >DEBIAN/md5sums
    )
  done
  # What packages that are linked to the library depend on, and when the linker's cache is renewed.
  echo "libmomo 0 libmomo0 (>= $version)" >"$root/libmomo0/DEBIAN/shlibs"
  echo "activate-noawait ldconfig" >"$root/libmomo0/DEBIAN/triggers"
  chmod 644 "$root"/*/DEBIAN/*
  chmod 644 "$root/libmomo0/$lib"/libmomo.so.*.*.* # no program runs a library
  for package in libmomo0 libmomo-dev momo-tools; do
    dpkg-deb --root-owner-group -Zxz --build "$root/$package" \
      "$release/${package}_$version-${revision}_$arch.deb" >/dev/null
  done
}

all=$(grep -v '^#' scripts/platforms | cut -d ' ' -f 1)
rm -rf "$release"
mkdir -p "$release"
if [ "$(uname)" = Darwin ]; then scripts/deps.sh sbom; else scripts/deps.sh dist; fi
scripts/docs.py build
for platform in ${LIBMOMO_PLATFORMS:-$all}; do
  scripts/build.sh for "$platform"
  archive "$platform"
  arch=$(awk -v name="$platform" '$1 == name { print $4 }' scripts/platforms)
  [ -z "$arch" ] || debs "$platform" "$arch"
done
cd "$release"
sha256sum -- * >SHA256SUMS
cat SHA256SUMS
