#!/usr/bin/env bash
# Changes the source in one place at a time and runs the tests: a change that none of them notices
# shows which test is missing. scripts/mutants.sh [FILE...]
#
# First the tests within the source, which take seconds; then, for what they let pass, those of the C
# interface that TESTS names. What is left is in build/mutants/mutants.out/missed.txt. What is never
# changed is in .cargo/mutants.toml, with its reason. Takes hours for all files.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- src/life.rs 'src/redact*' 'src/redact/**' 'src/config*' 'src/config/**' \
  'src/cache/**' 'src/gateway*' 'src/gateway/**' 'src/net/tls*' 'src/net/tls/**' 'src/net/trust*' \
  'src/net/trust/**'
TESTS=${TESTS:-options operation proxies responses invalidation clocks tls caches shared_caches secrets}
version=27.1.0
tool=build/tools/bin/cargo-mutants
if [ "$("$tool" mutants --version 2>/dev/null)" != "cargo-mutants $version" ]; then
  cargo install --quiet --locked --root build/tools "cargo-mutants@$version"
fi

files=() tests=()
for file in "$@"; do files+=(--file "$file"); done
for test in $TESTS; do tests+=(--test "$test"); done
# The released library is not made anew for each change.
[ -e build/lib/libmomo.so ] || scripts/build.sh --quiet
export LIBMOMO_DIR=$PWD/build/lib
mkdir -p build/mutants
mutants() {
  local status=0
  "$tool" mutants --output build/mutants --jobs 2 --minimum-test-timeout 60 "${files[@]}" "$@" || status=$?
  # 2: some changes were not noticed; 3: some tests did not end, which is noticed, too.
  case $status in 0 | 2 | 3) ;; *) exit "$status" ;; esac
}
mutants -- --lib
mutants --iterate -- "${tests[@]}"
missed=build/mutants/mutants.out/missed.txt
cat "$missed"
[ ! -s "$missed" ]
