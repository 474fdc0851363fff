#!/usr/bin/env bash
# Makes libmomo0, libmomo-dev and momo-tools for Debian and Ubuntu: scripts/dist/debs.sh ARCH FOLDER
#
# ARCH is amd64 or arm64; the library is the one for the oldest glibc.
set -euo pipefail
cd "$(dirname "$0")/../.."
arch=$1 folder=$2
case $arch in
  amd64) cpu=x86_64 ;;
  arm64) cpu=aarch64 ;;
  *) echo "unknown architecture $arch" >&2 && exit 2 ;;
esac
version=$(scripts/version.sh)
# The first packaging of this version.
revision=1
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lib=usr/lib/$cpu-linux-gnu

make --silent install BUILD="build/dist/$cpu-linux-gnu" PREFIX=/usr LIBDIR="/$lib" \
  DESTDIR="$work/all"
take() { # PACKAGE PATH...
  local package=$1 path
  shift
  for path in "$@"; do
    mkdir -p "$work/$package/$(dirname "$path")"
    mv "$work/all/$path" "$work/$package/$path"
  done
}
cd "$work/all"
runtime=("$lib"/libmomo.so.*)
cd - >/dev/null
take libmomo0 "${runtime[@]}"
take libmomo-dev "$lib" usr/include usr/share/man/man3
take momo-tools usr/bin usr/share/man/man1
# The system's loader knows where the library is.
patchelf --remove-rpath "$work/momo-tools/usr/bin/momo-token"
if [ -n "$(find "$work/all" ! -type d)" ]; then
  echo "no package has these files:" >&2
  find "$work/all" ! -type d >&2
  exit 1
fi

maintainer=$(sed -n 's/^Maintainer: //p' packaging/debian/libmomo0.control)
cat >"$work/changelog" <<END
libmomo ($version-$revision) unstable; urgency=medium

  * Release $version: see changelog.gz.

 -- $maintainer  $(LC_ALL=C date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")
END
for package in libmomo0 libmomo-dev momo-tools; do
  root=$work/$package
  doc=$root/usr/share/doc/$package
  mkdir -p "$root/DEBIAN" "$doc"
  sed -e "s/@VERSION@/$version-$revision/" -e "s/@ARCH@/$arch/" "packaging/debian/$package.control" \
    >"$root/DEBIAN/control"
  # Debian's form of a text within a field: indented, a dot where a line is empty.
  sed 's/^$/./; s/^/ /' LICENSE-MIT >"$work/mit"
  sed -e "/@MIT@/{r $work/mit" -e 'd}' packaging/debian/copyright >"$doc/copyright"
  gzip -9n <CHANGELOG.md >"$doc/changelog.gz"
  gzip -9n <"$work/changelog" >"$doc/changelog.Debian.gz"
  find "$root" -name '*.[1-8]' -exec gzip -9n {} +
  find "$root" -type d -exec chmod 755 {} +
  (cd "$root" && find usr -type f -exec md5sum {} + | LC_ALL=C sort -k 2 >DEBIAN/md5sums)
done
# What packages that are linked to the library depend on, and when the linker's cache is renewed.
echo "libmomo 0 libmomo0 (>= $version)" >"$work/libmomo0/DEBIAN/shlibs"
echo "activate-noawait ldconfig" >"$work/libmomo0/DEBIAN/triggers"
chmod 644 "$work"/*/DEBIAN/*
# Nobody runs a library.
chmod 644 "$work/libmomo0/$lib"/libmomo.so.*.*.*

for package in libmomo0 libmomo-dev momo-tools; do
  dpkg-deb --root-owner-group -Zxz --build "$work/$package" \
    "$folder/${package}_$version-${revision}_$arch.deb" >/dev/null
done
