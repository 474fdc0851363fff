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

for file in php-fpm.conf nginx.conf; do
  sed "s|@DIR@|$folder|; s|@SOURCE@|$source|; s|@USER@|$user|" "$source/fpm/$file" >"$folder/$file"
done
# Under a web server PHP has no FFI until it is told to.
options=(-d ffi.enable=true)
if [ -n "$preload" ]; then
  options=(-d ffi.enable=preload -d opcache.enable=1 -d "opcache.preload=$preload")
  options+=(-d "opcache.preload_user=$user") # PHP-FPM, started by root, does not preload as root
fi
[ "$user" != root ] || options+=(--allow-to-run-as-root)
if [ -f "${MOMO_CA:-}" ]; then
  # The mock gateway's, which only its own user can read.
  install -m 644 "$MOMO_CA" "$folder/ca.pem"
  export MOMO_CA=$folder/ca.pem
fi
[[ ${MOMO_CACHE:-} != file:* ]] || chown "$user" "${MOMO_CACHE#file:}"
php-fpm8.2 --fpm-config "$folder/php-fpm.conf" "${options[@]}" &
fpm=$!
nginx -e stderr -c "$folder/nginx.conf" &
nginx=$!
trap 'kill "$fpm" "$nginx"' TERM
trap 'kill -USR2 "$fpm"' HUP
for socket in php-fpm nginx; do
  until [ -S "$folder/$socket.sock" ]; do
    kill -0 "$fpm"
    kill -0 "$nginx"
    sleep 0.05
  done
done
echo "unix:$folder/nginx.sock"

for process in "$fpm" "$nginx"; do
  # A signal to this program ends the wait, and not the process.
  while code=0 && { wait "$process" || code=$?; } && [ "$code" -gt 128 ]; do :; done
  [ "$code" = 0 ] || exit "$code"
done
