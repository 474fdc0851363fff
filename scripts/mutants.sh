#!/usr/bin/env bash
# Changes the source in one place at a time and runs the tests: a change that none of them notices
# shows which test is missing. scripts/mutants.sh [PART...]
#
# First the tests within the source, which take seconds; then, for what they let pass, one by one
# those of the C interface that are about it. What is left is in
# build/mutants/PART/mutants.out/missed.txt. What is never changed is in .cargo/mutants.toml, with its
# reason. Takes hours for all parts, on a machine that does nothing else: a test that is late fails,
# and then the change counts as noticed.
set -euo pipefail
cd "$(dirname "$0")/.."

tool=$PWD/build/tools/bin/cargo-mutants
# PART|what is changed|the programs of tests/ that are about it, the quickest first, and which of their tests
table='
token|src/token.rs|caching:lifetime
redact|src/credentials/redact* src/credentials/redact/**|gateway:responses security:secrets
config|src/config* src/config/**|interface:option network:proxies security:secrets
credentials|src/credentials* src/credentials/**|caching:rotation interface:options security:secrets
cache|src/cache/[!p]*.rs src/cache/plan.rs|caching processes:shared_entry
processes|src/cache/processes.rs src/cache/processes/**|processes
client|src/client* src/client/** src/fetch* src/fetch/** src/cancellation.rs src/time.rs|caching network:deadlines hosts:waiting processes:shared_entry
ffi|src/ffi* src/ffi/**|interface:arguments caching:stats gateway:operation caching:clones caching:rotation
net|src/net/[!t]*.rs src/net/t[!lr]*.rs src/net/socket/**|network processes:a_unix_socket
gateway|src/gateway* src/gateway/**|gateway network
tls|src/net/tls* src/net/tls/** src/net/trust* src/net/trust/**|gateway:servers security:tls processes:client_certificate interface:trust::
'
column() { # PART COLUMN
  awk -F'|' -v part="$1" -v column="$2" '$1 == part { print $column }' <<<"$table"
}

# shellcheck disable=SC2046 # These are words.
[ $# -gt 0 ] || set -- $(cut -d'|' -f1 <<<"$table")
for part in "$@"; do
  [ -n "$(column "$part" 1)" ] || { echo "scripts/mutants.sh: there is no part $part" >&2; exit 2; }
done
scripts/deps.sh mutants
# The released library is not made anew for each change.
[ -e build/lib/libmomo.so ] || scripts/build.sh --quiet
export LIBMOMO_DIR=$PWD/build/lib

mutants() { # PART ARGUMENT...
  local status=0 chosen=()
  set -f # The tool reads the patterns.
  for file in $(column "$1" 2); do chosen+=(--file "$file"); done
  set +f
  mkdir -p "build/mutants/$1"
  "$tool" mutants --output "build/mutants/$1" --jobs 2 --gitignore true --minimum-test-timeout 60 \
    "${chosen[@]}" "${@:2}" || status=$?
  # 2: some changes were not noticed; 3: some tests did not end, which is noticed, too.
  case $status in 0 | 2 | 3) ;; *) exit "$status" ;; esac
}
missed=0
for part in "$@"; do
  # As arguments of Cargo: what follows a -- is for its tests alone, and every test is compiled.
  mutants "$part" --cargo-arg=--lib
  for test in $(column "$part" 3); do
    filter=${test#"${test%%:*}"}
    mutants "$part" --iterate "--cargo-arg=--test=${test%%:*}" ${filter:+-- "${filter#:}"}
  done
  cat "build/mutants/$part/mutants.out/missed.txt"
  missed=$((missed + $(wc -l <"build/mutants/$part/mutants.out/missed.txt")))
done
[ "$missed" = 0 ]
