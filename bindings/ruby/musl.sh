# shellcheck shell=bash disable=SC2154
# Ruby for musl: sourced by scripts/language_checks/musl.sh.

compile ruby3.1 CFLAGS="$flags" optflags=-O1 debugflags= --with-libffi-dir="$tools" \
  --without-gmp --disable-install-doc --disable-jit-support --disable-yjit \
  --with-out-ext=openssl,psych,readline,zlib
make -s -j2 exts
make -s install-lib install-arch install-comm
install ruby "$tools/bin/"
