#!/usr/bin/env bash
# What the tests need beside Rust, git and make: installed where that is possible (root on Debian
# or Ubuntu), named where it is not. Takes no time where all is there.
set -euo pipefail

missing=()
need() { # COMMAND PACKAGE
  command -v "$1" >/dev/null || missing+=("$2")
}

PATH=$PATH:/usr/sbin:/sbin # where nginx and ip are, also for an ordinary user
need gcc gcc
need g++ g++
need gnustep-config gnustep-make
echo '#import <Foundation/Foundation.h>' |
  gcc -x objective-c -fsyntax-only -I/usr/include/GNUstep - 2>/dev/null ||
  missing+=(gobjc libgnustep-base-dev)
need readelf binutils
need curl curl
need openssl openssl
need cmake cmake
need abidiff abigail-tools
need pkg-config pkg-config
need nginx nginx-light
need haproxy haproxy
need stunnel stunnel4
need tinyproxy tinyproxy
need ip iproute2
need unshare util-linux
need strace strace
need valgrind valgrind
need php php-cli # with FFI in it
need mandoc mandoc
need redis-server redis-server
need python3 python3
# A python3 of one's own may come first in PATH and have no cffi: the system's will do.
if ! python3 -c 'import cffi' 2>/dev/null && ! /usr/bin/python3 -c 'import cffi' 2>/dev/null; then
  missing+=(python3-cffi)
fi

if ! python3 -c 'import prometheus_client' 2>/dev/null &&
  ! /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null; then
  missing+=(python3-prometheus-client)
fi
# Of this package one program alone is taken: to install it would start a server.
tools=$(cd "$(dirname "$0")/.." && pwd)/build/tools
has_promtool() {
  command -v promtool >/dev/null || [ -x "$tools/usr/bin/promtool" ]
}

if [ ${#missing[@]} = 0 ] && has_promtool; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  # One source that is out of reach is no reason to give up.
  apt-get update -qq || true
  [ ${#missing[@]} = 0 ] ||
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  if ! has_promtool; then
    package=$(mktemp -d)
    chmod 755 "$package"
    (cd "$package" && apt-get download -qq prometheus)
    mkdir -p "$tools"
    dpkg -x "$package"/prometheus_*.deb "$tools"
    rm -rf "$package" "$tools/usr/bin/prometheus"
  fi
else
  has_promtool || missing+=(prometheus)
  echo "the tests need more: apt-get install ${missing[*]} (as root, or what they are called here)" >&2
  exit 1
fi
