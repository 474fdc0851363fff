# shellcheck shell=bash disable=SC2154
# PHP for musl: sourced by scripts/language_checks/musl.sh.

PKG_CONFIG_LIBDIR=$tools/lib/pkgconfig compile php8.2 CFLAGS="-O0 $flags" LDFLAGS=-rdynamic \
  --disable-all --disable-cgi --disable-phpdbg --disable-opcache --enable-pcntl --with-ffi
make -s -j2 cli
install sapi/cli/php "$tools/bin/"
