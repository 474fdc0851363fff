#!/usr/bin/env bash
# Writes what is released to build/release, for every platform of scripts/platforms: archives of the
# library and of its symbols, bills of materials, packages of Debian; and the source, and checksums.
# LIBMOMO_PLATFORMS="x86_64-linux-gnu ..." leaves other platforms out. The same source gives the same
# bytes. `scripts/dist.sh sums FOLDER` writes the checksums of another folder.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(scripts/version.sh)
release=$PWD/build/release
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

project() { # NAME: what packaging/project.toml says
  sed -n "s/^$1 = \"\(.*\)\"$/\1/p" packaging/project.toml
}

# Checksums of all files in a folder, signed if there is a key.
sums() { # FOLDER
  local key=${MINISIGN_KEY:-}
  [ -z "$key" ] || key=$(realpath "$key")
  cd "$1"
  rm -f SHA256SUMS*
  find . -type f ! -name SHA256SUMS -exec sha256sum {} + | sed 's|  \./|  |' |
    LC_ALL=C sort -k 2 >SHA256SUMS
  if [ -n "$key" ]; then
    minisign -S -s "$key" -m SHA256SUMS
  elif [ -n "${GPG_KEY:-}" ]; then
    gpg --batch --yes --local-user "$GPG_KEY" --armor --detach-sign SHA256SUMS
  else
    echo "$1/SHA256SUMS is not signed: set MINISIGN_KEY (a file) or GPG_KEY (a name) to sign it" >&2
  fi
}

pack() { # NAME OF A FOLDER IN $work, whose files are read from standard input if there is a list
  tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    --format=gnu "${@:2}" --directory "$work" "$1" | xz -9 >"$release/$1.tar.xz"
}

# The tree as it is here and now, of what is tracked.
source_archive() {
  local name=libmomo-$version-source
  mkdir "$work/$name"
  git ls-files -z | xargs -0 cp --parents -Pt "$work/$name"
  pack "$name" --mode=u+rwX,go=rX
}

# A page as it stands outside of this repository: the words of a link stay where its page is not.
page() { # FROM TO
  sed -E 's/\[([^]]*)\]\([^h#)][^)]*\)/\1/g' "$1" >"$2"
}

# Can be unpacked anywhere. The bill of materials lies beside it.
archive() { # PLATFORM
  local platform=$1 built=build/dist/$1 name=libmomo-$version-$1 goal=install each
  local root=$work/$name options=(PREFIX=/UNPACKED DESTDIR="$work/$platform")
  case $platform in
    *-windows) goal=install-config options+=(STATIC_LIBS=) ;;
    *-musl) options+=(STATIC_LIBS=-lc) ;; # which holds all of the C library there
  esac
  make --silent "$goal" BUILD="$built" "${options[@]}"
  mv "$work/$platform/UNPACKED" "$root"
  [ "$goal" = install ] || cp -R "$built/bin" "$built/lib" "$built/include" "$root/"
  # shellcheck disable=SC2016 # pkg-config replaces the variable.
  sed -i 's|/UNPACKED|${pcfiledir}/../..|' "$root/lib/pkgconfig/momo.pc"
  install -m 644 LICENSE-MIT LICENSE-APACHE "$built/THIRD-PARTY.txt" "$root/"
  page docs/archive.md "$root/README.md"
  printf '\nThe project and its other pages: %s\n' "$(project url)" >>"$root/README.md"
  for each in CHANGELOG.md docs/options.md; do page "$each" "$root/$(basename "$each")"; done
  if [ "$goal" = install ]; then
    pack "$name"
  else
    find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
    cd "$work"
    find "$name" -type f | LC_ALL=C sort | TZ=UTC zip --quiet -X -@ "$release/$name.zip"
    cd "$OLDPWD"
  fi
  [ -d "$built/symbols" ] || return 0
  cp -R "$built/symbols" "$work/$name-symbols"
  pack "$name-symbols"
}

take() { # FROM PACKAGE PATH...: moves files from one root to another
  local path
  for path in "${@:3}"; do
    mkdir -p "$2/$(dirname "$path")"
    mv "$1/$path" "$2/$path"
  done
}

# libmomo0, libmomo-dev and momo-tools, with the library for the oldest glibc, and its symbols.
debs() { # PLATFORM ARCHITECTURE
  local platform=$1 arch=$2 lib=usr/lib/$1 root=$work/$2 package doc size id maintainer
  local packages=(libmomo0 libmomo0-dbgsym libmomo-dev momo-tools)
  maintainer="$(project maintainer) <$(project email)>"
  id=$(cd "build/dist/$platform/symbols/.build-id" && echo */* | tr -d / | sed 's/\.debug//')
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
  mkdir -p "$root/libmomo0-dbgsym/usr/lib/debug"
  cp -R "build/dist/$platform/symbols/.build-id" "$root/libmomo0-dbgsym/usr/lib/debug/"

  cat >"$work/changelog" <<END
libmomo ($version-$revision) unstable; urgency=medium

  * Release $version: see changelog.gz.

 -- $maintainer  $(LC_ALL=C date --utc \
    --rfc-email --date="@$SOURCE_DATE_EPOCH")
END
  for package in "${packages[@]}"; do
    doc=$root/$package/usr/share/doc/$package
    mkdir -p "$root/$package/DEBIAN" "$(dirname "$doc")"
    if [[ $package = *-dbgsym ]]; then
      ln -s "${package%-dbgsym}" "$doc"
    else
      install -m 644 -D "build/dist/$platform/debian-copyright" "$doc/copyright"
      gzip -9n <CHANGELOG.md >"$doc/changelog.gz"
      gzip -9n <"$work/changelog" >"$doc/changelog.Debian.gz"
    fi
    find "$root/$package" -name '*.[1-8]' -exec gzip -9n {} +
    find "$root/$package" -type d -exec chmod 755 {} +
    # As dpkg-gencontrol counts: a file in whole KiB, anything else as one.
    size=$(find "$root/$package/usr" -printf '%y %s\n' |
      awk '{ n += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print n }')
    sed -e "s/@VERSION@/$version-$revision/" -e "s/@BUILD_ID@/$id/" \
      -e "1a Source: libmomo\\nVersion: $version-$revision\\nArchitecture: $arch" \
      -e "1a Priority: optional\\nMaintainer: $maintainer" \
      -e "1a Installed-Size: $size\\nHomepage: $(project url)" \
      "packaging/debian/$package.control" >"$root/$package/DEBIAN/control"
    (
      cd "$root/$package"
      find usr -type f -exec md5sum {} + | LC_ALL=C sort -k 2 >DEBIAN/md5sums
    )
  done
  # What packages that are linked to the library depend on, and when the linker's cache is renewed.
  echo "libmomo 0 libmomo0 (>= $version)" >"$root/libmomo0/DEBIAN/shlibs"
  {
    echo "libmomo.so.0 libmomo0 #MINVER#"
    scripts/symbols.sh | sed "s/.*/ &@Base $version/"
  } >"$root/libmomo0/DEBIAN/symbols"
  echo "activate-noawait ldconfig" >"$root/libmomo0/DEBIAN/triggers"
  chmod 644 "$root"/*/DEBIAN/*
  chmod 644 "$root/libmomo0/$lib"/libmomo.so.*.*.* # no program runs a library
  for package in "${packages[@]}"; do
    dpkg-deb --root-owner-group -Zxz --build "$root/$package" \
      "$release/${package}_$version-${revision}_$arch.deb" >/dev/null
  done
}

ship() { # PLATFORM
  local platform=$1 arch name=$release/libmomo-$version-$1
  archive "$platform"
  arch=$(awk -v name="$platform" '$1 == name { print $4 }' scripts/platforms)
  [ -z "$arch" ] || debs "$platform" "$arch"
  # Every file that is shipped for this platform.
  build/tools/sbom/bin/python3 scripts/sbom.py "$platform" "$name.cdx.json" \
    "$work/libmomo-$version-$platform" "$release"/*_"${arch:-none}.deb"
}

if [ "${1:-}" = sums ]; then
  sums "$2"
  exit
fi
all=$(grep -v '^#' scripts/platforms | cut -d ' ' -f 1)
rm -rf "$release"
mkdir -p "$release"
if [ "$(uname)" = Darwin ]; then scripts/deps.sh sbom; else scripts/deps.sh dist; fi
jobs=()
# An error of one ends this script, once the others have ended: they write into what it removes.
wait_for_jobs() {
  local job status=0
  for job in "${jobs[@]}"; do wait "$job" || status=$?; done
  jobs=()
  return "$status"
}
# To link takes one core for minutes.
cores=$(getconf _NPROCESSORS_ONLN)
for platform in ${LIBMOMO_PLATFORMS:-$all}; do
  [ ${#jobs[@]} -lt "$cores" ] || wait_for_jobs
  scripts/build.sh for "$platform" &
  jobs+=("$!")
done
[ "$(uname)" = Darwin ] || source_archive
scripts/docs.py build
wait_for_jobs
for platform in ${LIBMOMO_PLATFORMS:-$all}; do
  ship "$platform" &
  jobs+=("$!")
done
wait_for_jobs
sums "$release"
cat SHA256SUMS
