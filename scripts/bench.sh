#!/usr/bin/env bash
# libmomo and libcurl side by side; needs libcurl's and jansson's headers, redis-server, valgrind and
# python3.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
for package in libcurl jansson; do
  pkg-config --exists "$package" || {
    echo "bench: no $package to compare with; apt-get install libcurl4-openssl-dev libjansson-dev pkg-config" >&2
    exit 1
  }
done
command -v redis-server >/dev/null || {
  echo "bench: no redis-server to share tokens by; apt-get install redis-server" >&2
  exit 1
}
scripts/build.sh --quiet
cargo build --quiet --release --package momo-mock-gateway
out=build/bench
mkdir -p "$out"
cp "$target/release/momo-mock-gateway" build/lib/libmomo.so "$out/"
warnings=(-std=gnu99 -O2 -Wall -Wextra -Wpedantic)
"${CC:-cc}" "${warnings[@]}" -Ibuild/include benches/momo.c -Lbuild/lib -lmomo -pthread \
  -Wl,-rpath,"$PWD/build/lib" -o "$out/momo"
"${CC:-cc}" "${warnings[@]}" -Ibuild/include benches/waits.c -Lbuild/lib -lmomo -pthread \
  -Wl,-rpath,"$PWD/build/lib" -o "$out/waits"
# shellcheck disable=SC2046 # several words are what is wanted of pkg-config
"${CC:-cc}" "${warnings[@]}" benches/libcurl.c $(pkg-config --cflags --libs libcurl jansson) \
  -o "$out/libcurl"
python3 benches/run.py "$out"
echo
python3 benches/waits.py "$out"
echo
python3 benches/shared.py "$out"
