#!/usr/bin/env bash
# Builds the library and lays it out as it will be installed.
#
#   scripts/build.sh [OPTION OF CARGO...]   for this machine, in build/
#   scripts/build.sh for PLATFORM           for one of scripts/platforms or macOS, in
#                                           build/dist/PLATFORM, with symbols and notices
# shellcheck disable=SC2054 # Options have commas.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(scripts/version.sh) binutils="" linked=()
soname=$(sed -n 's/^const SONAME: &str = "\(.*\)";$/\1/p' build.rs)
target_dir=$PWD/${CARGO_TARGET_DIR:-target}
[[ ${CARGO_TARGET_DIR:-} != /* ]] || target_dir=$CARGO_TARGET_DIR

# The library is the same wherever it is compiled: no path of this machine gets into it. Another
# platform's compiler is told by CARGO_RUSTC ("cargo rustc"), RUSTC and LIBMOMO_TARGET.
compile() { # OPTION OF CARGO...
  # The sources of the dependencies are there from here on, and their folder has a name.
  local host rust=() c="${hardening[*]} ${CFLAGS:-}" flag registry
  host=$(rustc -vV | sed -n 's/^host: //p')
  "${CARGO:-cargo}" fetch --quiet --locked --target "${LIBMOMO_TARGET:-$host}"
  for flag in ${RUSTFLAGS:-}; do rust+=("$flag"); done
  rename() { # FOLDER NAME
    rust+=("--remap-path-prefix=$1=$2")
    c+=" $(printf %q "-ffile-prefix-map=$1=$2")"
  }
  rename "$PWD" /libmomo
  for registry in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
    rename "$registry" /crates
  done
  unset RUSTFLAGS
  # The forms of both that know folders with blanks in their names.
  CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && echo "${rust[*]}")
  export CARGO_ENCODED_RUSTFLAGS CFLAGS=$c CC_SHELL_ESCAPED_FLAGS=1

  # Not `cargo build`: with the Rust library among the crate types, Cargo leaves link-time
  # optimisation out.
  ${CARGO_RUSTC:-cargo rustc} --release --lib --crate-type cdylib,staticlib "$@"
  # Users test their programs against it: what is released has it.
  if [ -n "${LIBMOMO_MOCK_GATEWAY:-}" ]; then
    # Nobody minds its size: its modules are optimised one by one, on all cores.
    ${CARGO_RUSTC:-cargo rustc} --release --package momo-mock-gateway --bin momo-mock-gateway "$@" \
      -Clto=thin
  fi
}

# What the compiler for C knows of what distributions harden programs by.
harden() { # COMPILER...
  local flag
  mkdir -p "$target_dir"
  hardening=(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  for flag in -fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
    -mbranch-protection=standard; do
    ! "$@" -Werror "$flag" -x c -c /dev/null -o "$target_dir/probe.o" 2>/dev/null ||
      hardening+=("$flag")
  done
}

# To a new name, then renamed: a program that has the old library mapped keeps it.
put() { # FILE TO
  install -m 755 "$1" "$2.new"
  mv "$2.new" "$2"
}

# One object of what Cargo makes, which has Rust's own standard library with global names: a second
# library in Rust, in the same program, has them too. The object holds what the functions of momo.h
# need and has no other global name. Those are hidden: two plugins with the library each use their own.
put_static() { # FROM TO
  local work symbols name roots=() rest
  if ! "${binutils}ld" --version | grep -q GNU; then # no other linker knows these options
    install -m 644 "$1" "$2"
    return
  fi
  work=$(mktemp -d) symbols=$work/symbols
  scripts/symbols.sh >"$symbols"
  echo '.section .note.GNU-stack, "", %progbits; .data' >"$work/hidden.s"
  while read -r name; do
    roots+=(--undefined "$name")
    # Of two visibilities the linker takes the narrower one.
    printf '.hidden %s\n.8byte %s\n' "$name" "$name" >>"$work/hidden.s"
  done <"$symbols"
  "${binutils}as" "$work/hidden.s" -o "$work/hidden.o"
  # Groups are for the linker to choose one of equals: it would choose from another library.
  rest=(--gc-sections --force-group-allocation -T packaging/static.ld "${roots[@]}")
  "${binutils}ld" -r "${rest[@]}" "$work/hidden.o" "$1" -o "$work/all.o"
  "${binutils}objcopy" --keep-global-symbols="$symbols" "$work/all.o" "$work/kept.o"
  "${binutils}objcopy" --strip-unneeded "$work/kept.o" "$work/momo.o"
  (cd "$work" && "${binutils}ar" rcsD libmomo.a momo.o)
  install -m 644 "$work/libmomo.a" "$2"
  rm -r "$work"
}

# What a debugger needs to read a core file, apart from the library and found by its build ID.
put_symbols() { # LIBRARY FOLDER
  local id file=$2/$(basename "$1").debug
  id=$(readelf --notes "$1" 2>/dev/null | sed -n 's/.*Build ID: //p') || true # a DLL has none
  [ -z "$id" ] || file=$2/.build-id/${id:0:2}/${id:2}.debug
  mkdir -p "$(dirname "$file")"
  "${binutils}objcopy" --only-keep-debug "$1" "$file"
  chmod 644 "$file"
  "${binutils}strip" "$1"
}

lay_out() { # BUILT FOLDER COMPILER...: the compiler makes momo-token
  local built=$1 folder=$2
  mkdir -p "$folder/lib" "$folder/include" "$folder/bin"
  install -m 644 include/momo.h include/momo_ffi.h include/momo.hpp "$folder/include/"
  # What momo-token is linked with beside the library: it tells the loader where that is, wherever
  # both were unpacked, and nothing of where it was compiled.
  local options=(-s)
  if [ -e "$built/momo.dll" ]; then
    put "$built/momo.dll" "$folder/bin/momo.dll"
    [ "$folder" = build ] || put_symbols "$folder/bin/momo.dll" "$folder/symbols"
    printf '%s\n' "LIBRARY momo.dll" EXPORTS "$(scripts/symbols.sh)" >"$folder/lib/momo.def"
    # Import libraries: the first for GNU's linker, the second for Microsoft's. A path would be in
    # them.
    local llvm
    llvm=$(compgen -c llvm-dlltool | sort -V | tail -n 1)
    (
      cd "$folder/lib"
      "${MINGW-x86_64-w64-mingw32-}dlltool" --deterministic-libraries --temp-prefix momo \
        -d momo.def -l libmomo.dll.a
      "$llvm" -m i386:x86-64 -d momo.def -l momo.lib
    )
    options+=("${hardening[@]}" -Wl,--no-insert-timestamp "${linked[@]}")
  elif [ -e "$built/libmomo.dylib" ]; then
    put "$built/libmomo.dylib" "$folder/lib/libmomo.0.dylib"
    ln -sf libmomo.0.dylib "$folder/lib/libmomo.dylib"
    install -m 644 "$built/libmomo.a" "$folder/lib/"
    options=(-Wl,-rpath,@loader_path/../lib)
  else
    put "$built/libmomo.so" "$folder/lib/libmomo.so.$version"
    [ "$folder" = build ] || put_symbols "$folder/lib/libmomo.so.$version" "$folder/symbols"
    ln -sf "libmomo.so.$version" "$folder/lib/$soname"
    ln -sf "$soname" "$folder/lib/libmomo.so"
    put_static "$built/libmomo.a" "$folder/lib/libmomo.a"
    # shellcheck disable=SC2016 # The loader replaces the variable.
    options=(-s -fPIE -pie "${hardening[@]}" -Wl,-z,relro,-z,now '-Wl,-rpath,$ORIGIN/../lib')
  fi
  "${@:3}" -std=c99 -O2 -Wall -Wextra -Wpedantic "-I$folder/include" tools/momo-token.c \
    "-L$folder/lib" -lmomo "${options[@]}" -o "$folder/bin/momo-token"
  local program
  for program in "$built"/momo-mock-gateway{,.exe}; do
    [ -n "${LIBMOMO_MOCK_GATEWAY:-}" ] && [ -e "$program" ] || continue
    put "$program" "$folder/bin/${program##*/}"
    "${binutils}strip" "$folder/bin/${program##*/}"
  done
}

# Debian's Rust, of one version with the source of its standard library: rustup has that of this
# machine alone. The standard library is compiled along, and so is as old as the platform needs.
with_own_std() {
  export RUSTC=/usr/bin/rustc CARGO=/usr/bin/cargo RUSTC_BOOTSTRAP=1
  # Two compilers in one folder would compile everything anew each time, and two platforms wait for
  # each other.
  export CARGO_TARGET_DIR=$target_dir/dist/$platform
  local source
  source=$(readlink -f "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust")
  export RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$source=/rust"
  options+=(-Zbuild-std=std,panic_unwind)
}

with_zig() { # SUFFIX OF RUST'S TARGET, ZIG'S TARGET
  # What Zig compiles by itself is to have no folder of this machine in its symbols.
  export CARGO_RUSTC="env PWD=/proc/self/cwd cargo-zigbuild rustc" ZIG_GLOBAL_CACHE_DIR=$target_dir/zig
  export PATH=$PWD/build/tools/zig/bin:$PATH
  options+=(--target "$LIBMOMO_TARGET$1")
  cc=(python3 -m ziglang cc -target "$2")
}

build_for() { # PLATFORM
  local platform=$1 out=build/dist/$1 options=(--quiet) link=() cc
  local binutils=${1%-linux-*}-linux-gnu-
  export LIBMOMO_MOCK_GATEWAY=1
  # The time in a DLL. Cargo compiles anew what was compiled with another time.
  export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
  LIBMOMO_TARGET=$(awk -v name="$platform" '$1 == name { print $2 }' scripts/platforms)
  case $platform in
    # RHEL 7 and everything since has this glibc.
    *-linux-gnu)
      with_zig .2.17 "$platform.2.17"
      with_own_std
      ;;
    *-linux-musl)
      # The host's own musl is linked, never a second one.
      RUSTFLAGS="-C target-feature=-crt-static -C link-self-contained=no"
      with_zig "" "$platform"
      with_own_std
      ;;
    x86_64-windows)
      export CARGO_RUSTC="/usr/bin/cargo rustc"
      binutils=x86_64-w64-mingw32-
      options+=(--target "$LIBMOMO_TARGET")
      cc=(x86_64-w64-mingw32-gcc)
      with_own_std
      # Cargo links again if the path is another one.
      local resource
      resource=$CARGO_TARGET_DIR/momo-$(cat packaging/windows/* | cksum | cut -d ' ' -f 1)
      mkdir -p "$CARGO_TARGET_DIR"
      sed -e "s/@VERSION@/$version/" -e "s/@COMMAS@/${version//./,}/" packaging/windows/momo.rc.in \
        >"$resource.rc"
      "${binutils}windres" "$resource.rc" -o "$resource.o"
      "${binutils}windres" -DMOMO_TOKEN -Ipackaging/windows "$resource.rc" -o "$resource-token.o"
      # Windows 10; and what checks the stack, which is another DLL if that is found first.
      ln -sf "$("${cc[@]}" -print-file-name=libssp.a)" "$CARGO_TARGET_DIR/"
      linked=(-Wl,--major-{os,subsystem}-version=10 -Wl,--minor-{os,subsystem}-version=0)
      linked+=("-L$CARGO_TARGET_DIR" -lssp -lmingwex -lmsvcrt -ladvapi32 -lkernel32)
      link+=("-Clink-arg=$resource.o" "${linked[@]/#/-Clink-arg=}")
      linked+=("$resource-token.o")
      ;;
    x86_64-macos | aarch64-macos)
      # Only on a Mac: its frameworks are nowhere else.
      local arch=${platform%-macos}
      LIBMOMO_TARGET=$arch-apple-darwin
      options+=(--target "$LIBMOMO_TARGET")
      cc=(cc -arch "${arch/aarch64/arm64}")
      ;;
    *)
      echo "unknown platform $platform" >&2
      exit 2
      ;;
  esac
  export LIBMOMO_TARGET
  harden "${cc[@]}"
  # The same code; what debuggers need is put beside it.
  export CARGO_PROFILE_RELEASE_DEBUG=line-tables-only CARGO_PROFILE_RELEASE_STRIP=none
  (compile "${options[@]}" -- "${link[@]}")
  rm -rf "$out"
  lay_out "${CARGO_TARGET_DIR:-$target_dir}/$LIBMOMO_TARGET/release" "$out" "${cc[@]}"
  scripts/notices.py "$platform" "$out"
}

case ${1:-} in
  for) build_for "$2" ;;
  *)
    read -ra cc <<<"${CC:-cc}"
    harden "${cc[@]}"
    # Relocations of 3 KiB in place of 68, which glibc reads since 2.36.
    glibc=$({ getconf GNU_LIBC_VERSION 2>/dev/null || true; } | sed -n 's/^glibc //p') link=()
    ! printf '2.36\n%s\n' "$glibc" | sort -VC || link+=(-Clink-arg=-Wl,-z,pack-relative-relocs)
    # What unwinds a panic: to load a library for it takes each process some 0.06 ms.
    [ ! -e "$("${cc[@]}" -print-file-name=libgcc_eh.a)" ] || link+=(-lstatic:-bundle=gcc_eh)
    (compile "$@" ${link:+--} "${link[@]}")
    lay_out "$target_dir/release" build "${cc[@]}"
    ;;
esac
