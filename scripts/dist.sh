#!/usr/bin/env bash
# Everything that is released, for every platform, into build/release: archives, bills of materials,
# packages of Debian, checksums. LIBMOMO_PLATFORMS="x86_64-linux-gnu ..." leaves other platforms out.
set -euo pipefail
cd "$(dirname "$0")/.."
all="x86_64-linux-gnu aarch64-linux-gnu x86_64-linux-musl aarch64-linux-musl x86_64-windows"
read -ra platforms <<<"${LIBMOMO_PLATFORMS:-$all}"
release=$PWD/build/release
rm -rf "$release"
mkdir -p "$release"
[ "$(uname)" = Darwin ] || scripts/dist/deps.sh
scripts/docs.sh
for platform in "${platforms[@]}"; do
  scripts/dist/build.sh "$platform"
  scripts/dist/archive.sh "$platform" "$release"
  case $platform in
    x86_64-linux-gnu) scripts/dist/debs.sh amd64 "$release" ;;
    aarch64-linux-gnu) scripts/dist/debs.sh arm64 "$release" ;;
  esac
done
cd "$release"
sha256sum -- * >SHA256SUMS
cat SHA256SUMS
