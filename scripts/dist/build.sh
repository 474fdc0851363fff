#!/usr/bin/env bash
# Builds the library for PLATFORM and lays it out in build/dist/PLATFORM/ as build/ is for this
# machine: scripts/dist/build.sh PLATFORM
set -euo pipefail
cd "$(dirname "$0")/../.."
platform=$1
out=build/dist/$platform
version=$(scripts/version.sh)
PATH=$PWD/build/tools/zig/bin:$PATH
target_dir=$PWD/${CARGO_TARGET_DIR:-target}

# Debian's Rust, of one version with the source of its standard library: rustup has that of this
# machine alone. The standard library is compiled along, and so is as old as the platform wants.
with_own_std() {
  export RUSTC=/usr/bin/rustc CARGO=/usr/bin/cargo RUSTC_BOOTSTRAP=1
  # Two compilers in one folder would compile everything anew each time.
  export CARGO_TARGET_DIR=$target_dir/dist
  local source
  source=$(readlink -f "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust")
  RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$source=/rust"
  export RUSTFLAGS
  options+=(-Zbuild-std=std,panic_unwind)
}

options=(--quiet)
export LIBMOMO_MOCK_GATEWAY=1
case $platform in
  x86_64-linux-gnu)
    export LIBMOMO_TARGET=x86_64-unknown-linux-gnu CARGO_RUSTC="cargo-zigbuild rustc"
    # RHEL 7 and everything since has this glibc.
    options+=(--target "$LIBMOMO_TARGET.2.17")
    cc=(python3 -m ziglang cc -target x86_64-linux-gnu.2.17)
    ;;
  aarch64-linux-gnu)
    export LIBMOMO_TARGET=aarch64-unknown-linux-gnu CARGO_RUSTC="cargo-zigbuild rustc"
    options+=(--target "$LIBMOMO_TARGET.2.17")
    cc=(python3 -m ziglang cc -target aarch64-linux-gnu.2.17)
    with_own_std
    ;;
  x86_64-linux-musl | aarch64-linux-musl)
    export LIBMOMO_TARGET=${platform%%-*}-unknown-linux-musl CARGO_RUSTC="cargo-zigbuild rustc"
    options+=(--target "$LIBMOMO_TARGET")
    cc=(python3 -m ziglang cc -target "$platform")
    # The host's own musl is linked, never a second one.
    RUSTFLAGS="-C target-feature=-crt-static -C link-self-contained=no"
    with_own_std
    ;;
  x86_64-windows)
    export LIBMOMO_TARGET=x86_64-pc-windows-gnu CARGO_RUSTC="/usr/bin/cargo rustc"
    options+=(--target "$LIBMOMO_TARGET")
    cc=(x86_64-w64-mingw32-gcc)
    with_own_std
    # Cargo links again where it is told another path.
    resource=$target_dir/dist/momo-$(cksum <packaging/windows/momo.rc.in | cut -d ' ' -f 1)
    mkdir -p "$target_dir/dist"
    sed -e "s/@VERSION@/$version/" -e "s/@COMMAS@/${version//./,}/" packaging/windows/momo.rc.in \
      >"$resource.rc"
    x86_64-w64-mingw32-windres "$resource.rc" -o "$resource.o"
    options+=(-- "-Clink-arg=$resource.o")
    ;;
  x86_64-macos | aarch64-macos)
    # On a Mac alone: its frameworks are not to be had elsewhere.
    arch=${platform%-macos}
    export LIBMOMO_TARGET=$arch-apple-darwin
    options+=(--target "$LIBMOMO_TARGET")
    cc=(cc -arch "${arch/aarch64/arm64}")
    ;;
  *)
    echo "unknown platform $platform" >&2
    exit 2
    ;;
esac

scripts/cargo-release.sh "${options[@]}"
rm -rf "$out"
CC=${cc[*]} scripts/lay-out.sh "${CARGO_TARGET_DIR:-$target_dir}/$LIBMOMO_TARGET/release" "$out"
scripts/dist/sbom.sh "$platform" "$out" "$out/libmomo.cdx.json"
