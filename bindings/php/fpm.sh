#!/usr/bin/env bash
# nginx before four workers of PHP-FPM, for ../servers.py: fpm.sh [PRELOAD]
#
# A worker lives for many requests. Each request loads the library, makes a client and frees it, and
# all of a worker's requests share one token: as many tokens as workers and lifetimes. A thread of
# the library refreshes it, which goes on when the request that began it has ended.
#
# With PRELOAD, which is momo.php, other files have no FFI. FPM_USER is the user of root's workers,
# as servers in production have one. SIGHUP gives PHP-FPM new workers.
set -euo pipefail
source=$(cd "$(dirname "$0")" && pwd)
preload=${1:-} user=${FPM_USER:-$(id -un)}
PATH=$PATH:/usr/sbin:/sbin # also for an ordinary user
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"

fill() { # FILE FOLDER
  mkdir -p "$2"
  sed "s|@DIR@|$folder|; s|@SOURCE@|$source|; s|@USER@|$user|; s|@PRELOAD@|$preload|" \
    "$source/fpm/$1" >"$2/$1"
}
fill "ffi${preload:+-preload}.ini" "$folder/conf.d"
fill php-fpm.conf "$folder"
fill nginx.conf "$folder"

if [ -f "${MOMO_CA:-}" ]; then
  # The mock gateway's, which only its own user can read.
  install -m 644 "$MOMO_CA" "$folder/ca.pem"
  export MOMO_CA=$folder/ca.pem
fi
[[ ${MOMO_CACHE:-} != file:* ]] || chown "$user" "${MOMO_CACHE#file:}"
as_root=()
[ "$user" != root ] || as_root=(--allow-to-run-as-root)
# After the files of the system.
PHP_INI_SCAN_DIR=:$folder/conf.d php-fpm8.2 --fpm-config "$folder/php-fpm.conf" "${as_root[@]}" &
fpm=$!
nginx -e stderr -c "$folder/nginx.conf" &
nginx=$!
trap 'kill "$fpm" "$nginx"' TERM
trap 'kill -USR2 "$fpm"' HUP
for socket in php-fpm nginx; do
  until [ -S "$folder/$socket.sock" ]; do
    kill -0 "$fpm" "$nginx"
    sleep 0.05
  done
done
echo "unix:$folder/nginx.sock"

for process in "$fpm" "$nginx"; do
  # A signal to this program ends the wait, and not the process.
  while code=0 && { wait "$process" || code=$?; } && [ "$code" -gt 128 ]; do :; done
  [ "$code" = 0 ] || exit "$code"
done
