#!/usr/bin/env bash
# libmomo, side by side with what a program would use instead: builds all of them, measures them in
# one run, and writes build/bench/performance.md with its charts.
#
#   scripts/bench.sh --quick      that everything works, with tiny counts
#   scripts/bench.sh --record     also writes docs/performance.md and its charts
#   scripts/bench.sh --help       what else there is
set -euo pipefail
cd "$(dirname "$0")/.."

needs=(libcurl4-openssl-dev libjansson-dev libssl-dev pkg-config valgrind python3-requests
  python3-matplotlib redis-server php8.2-cli php8.2-curl golang-go)
PATH=$PATH:/usr/sbin:/sbin # where nginx is, also for an ordinary user
command -v nginx >/dev/null || needs+=(nginx-light)
# Node of another source than Debian has npm in it, which is no package then.
command -v node >/dev/null || needs+=(nodejs)
command -v npm >/dev/null || needs+=(npm)
scripts/debian-packages.sh "make bench" "${needs[@]}"

scripts/build.sh --quiet
out=$PWD/build/bench
mkdir -p "$out/node"
compile() { # NAME SOURCE [ARGUMENT...]
  "${CC:-cc}" -std=gnu99 -O2 -Wall -Wextra -Wpedantic -Werror "benches/$2" -o "$out/$1" "${@:3}"
}
ours=(-Ibuild/include -Lbuild/lib -lmomo -pthread -Wl,-rpath,"$PWD/build/lib")
compile measure measure.c
compile momo momo.c "${ours[@]}"
compile waits waits.c "${ours[@]}"
# shellcheck disable=SC2046 # several words are what is wanted of pkg-config
compile libcurl rivals/libcurl.c $(pkg-config --cflags --libs libcurl jansson)
# shellcheck disable=SC2046
compile openssl rivals/openssl.c $(pkg-config --cflags --libs openssl)
(cd benches/rivals/go && GOFLAGS=-buildvcs=false go build -o "$out/go" .)
cargo build --quiet --release --locked --manifest-path benches/rivals/rust/Cargo.toml \
  --target-dir "$out/rust"
cp benches/rivals/node/* "$out/node/"
npm ci --silent --no-audit --no-fund --prefix "$out/node"

# The packages of Debian's Python are not those of another one.
exec /usr/bin/python3 benches/bench.py "$@"
