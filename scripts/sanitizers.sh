#!/usr/bin/env bash
# The C interface under a sanitizer: scripts/sanitizers.sh TOOL [ARGUMENT...]
#
#   exits [TIMES]           exits, forks and frees at random moments of a request in the background,
#                           under AddressSanitizer and LeakSanitizer
#   address                 C programs and the tests of the interface, under both
#   memcheck                C programs, under valgrind
#   thread                  C programs, under ThreadSanitizer
#   tests-thread [NAME...]  the tests in which threads meet, under ThreadSanitizer, or those with
#                           such a part in their names
#
# The library is instrumented, too. Each tool must first report one fault of every kind that it is
# for: tests/c/misuse.c. The last line is "N passed, M failed".
set -euo pipefail
cd "$(dirname "$0")/.."
host=$(rustc -vV | sed -n 's/^host: //p')
target_dir=${CARGO_TARGET_DIR:-target}
[[ $target_dir = /* ]] || target_dir=$PWD/$target_dir
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 status=0
symbolizer="external_symbolizer_path=$(command -v addr2line || true)"
reports='ERROR: \|WARNING: ThreadSanitizer'

compiler=(clang-22) around=() # what is said before a program
compile() { # SOURCE PROGRAM
  "${compiler[@]}" -std=gnu11 -g -O1 -pthread -Iinclude "$1" -L"$work/lib" -lmomo -o "$2"
}
with_mock() { # COMMAND...
  scripts/with-mock.sh env LD_LIBRARY_PATH="$work/lib" "${around[@]}" "$@"
}

outcome() { # NAME REASON: it passed if there is no reason
  if [ -z "$2" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $1: $2"
    head -n 60 "$work/output"
  fi
}

# The tool reports the fault: tests/c/misuse.c fails, and its output has each of the texts.
reported() { # FAULT TEXT...
  local reason="" text
  if with_mock "$work/misuse" "$1" >"$work/output" 2>&1; then reason="it was not reported"; fi
  for text in "${@:2}"; do
    grep -qF -- "$text" "$work/output" || reason="nothing says: $text"
  done
  outcome "$1" "$reason"
}

clean() { # NAME COMMAND...: it ends with the status $expected, or with 0
  local reason="" code=0
  "${@:2}" >"$work/output" 2>&1 || code=$?
  [ "$code" = "${expected:-0}" ] || reason="exit status $code"
  # A child of a fork prints, too.
  if grep -q "$reports" "$work/output"; then reason="it was reported"; fi
  outcome "$1" "$reason"
}

# A name of a test or a module that is no more would choose or skip nothing, and nobody would see it.
are_tests() { # NAME...
  local name
  for name in "$@"; do
    grep -rqE "(fn|mod) ${name/%::/;}" tests/*/ || {
      echo "scripts/sanitizers.sh: there is no test $name" >&2
      exit 1
    }
  done
}

clean_programs() { # What users copy and run.
  local program form tool=$work/momo-token
  for program in minimal get_token threads; do
    compile "examples-c/$program.c" "$work/$program"
    clean "$program" with_mock "$work/$program"
    expected=1 clean "$program, refused" with_mock env MOMO_API_KEY=no "$work/$program"
  done
  compile tools/momo-token.c "$tool"
  for form in --json --check; do
    clean "momo-token $form" with_mock "$tool" "$form"
    expected=4 clean "momo-token $form, refused" with_mock "$tool" "$form" --option api_key=no
  done
  expected=2 clean "momo-token, misused" with_mock "$tool" --option timeout
}

# A folder in which C programs and the linker find the library.
library_from() { # FILE
  mkdir -p "$work/lib"
  cp "$1" "$work/lib/libmomo.so"
  ln -sf libmomo.so "$work/lib/libmomo.so.0"
}

# A compiler that is no nightly takes the flags only with RUSTC_BOOTSTRAP.
address_library() { # KIND
  RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address cargo rustc --quiet --lib --crate-type "$1" --target "$host" \
    --target-dir "$target_dir/asan"
}

exits() { # [TIMES]
  local times=${1:-500} runtime program=$work/background
  address_library staticlib
  # The runtime comes with the compiler; a Rust program is linked with it, a library is not.
  runtime=("$(rustc --print sysroot)/lib/rustlib/$host/lib"/librustc-*_rt.asan.a)
  "${CC:-cc}" -std=gnu11 -O1 -g -pthread -rdynamic -Iinclude tests/c/background.c \
    "$target_dir/asan/$host/debug/libmomo.a" -Wl,--whole-archive "${runtime[0]}" \
    -Wl,--no-whole-archive -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc -lresolv -o "$program"
  with_mock() { # LEAKS WORDS...
    scripts/with-mock.sh env MOMO_CACHE=client ASAN_OPTIONS="detect_leaks=$1" "$program" "${@:2}"
  }
  local reason=""
  with_mock 1 forgets >"$work/output" 2>&1 || true
  grep -q "$reports" "$work/output" || reason="the leak was not reported"
  outcome forgets "$reason"
  clean exits with_mock 1 exits "$times"
  clean frees with_mock 1 frees "$((times / 4))"
  # A child leaves its parent's requests alone for ever, on purpose: that is no leak of its own.
  clean forks with_mock 0 forks "$times"
}

address() {
  address_library cdylib
  library_from "$target_dir/asan/$host/debug/libmomo.so"
  export ASAN_OPTIONS=$symbolizer
  compiler+=(-fsanitize=address)
  compile tests/c/misuse.c "$work/misuse"
  # The slow way to walk the stack: the standard library has no frame pointers.
  ASAN_OPTIONS+=:fast_unwind_on_malloc=0
  reported use-after-free "AddressSanitizer: heap-use-after-free" momo_free_token
  reported freed-client "AddressSanitizer: heap-use-after-free" momo_get_stats momo_free_client
  reported overflow "AddressSanitizer: heap-buffer-overflow" momo_get_token
  reported double-free "AddressSanitizer: attempting double-free" momo_free_stats
  reported leak "LeakSanitizer: detected memory leaks" momo_set_option
  ASAN_OPTIONS=$symbolizer
  clean_programs

  local programs=(interface gateway network security caching processes hosts)
  # Left out are a program that has more rights than its caller, which LeakSanitizer cannot look
  # into, a program that is not instrumented (/bin/true), and what counts bytes of memory.
  local chosen=(arguments:: caches:: clones:: option_report:: options:: proxies:: responses::
    secrets:: sharing:: stats:: attacks:: unload::)
  local skipped=(shared_caches:: a_program_with_more_rights loading_it_and_ending
    three_hundred_clients what_the_library_owns)
  are_tests "${chosen[@]}" "${skipped[@]}"
  RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address LIBMOMO_DIR=$work/lib \
    LIBMOMO_TEST_CC="clang-22 -fsanitize=address" \
    cargo test --quiet --no-fail-fast --target "$host" --target-dir "$target_dir/asan" \
    "${programs[@]/#/--test=}" -- \
    "${chosen[@]}" "${skipped[@]/#/--skip=}" || status=1
}

memcheck() {
  # Not optimised: the reports, and tests/valgrind.supp, have the names of functions.
  cargo build --quiet --lib
  library_from "$target_dir/debug/libmomo.so"
  # A program that `env` starts is traced, too.
  around=(MOMO_TIMEOUT=5m MOMO_ATTEMPT_TIMEOUT=5m MOMO_CONNECT_TIMEOUT=5m)
  around+=(valgrind --quiet --error-exitcode=99 --num-callers=40 --trace-children=yes
    --suppressions="$PWD/tests/valgrind.supp" --leak-check=full --show-leak-kinds=definite
    --errors-for-leak-kinds=definite)
  compiler=("${CC:-cc}")
  compile tests/c/misuse.c "$work/misuse"
  reported use-after-free "Invalid read of size" momo_free_token
  reported freed-client "Invalid read of size" momo_get_stats momo_free_client
  reported overflow "Invalid read of size 1" "0 bytes after a block" momo_get_token
  reported double-free "Invalid free()" momo_free_stats
  reported leak "definitely lost" momo_set_option
  reported uninitialised "depends on uninitialised value" momo_set_option

  clean_programs
  compile tests/c/background.c "$work/background"
  clean "requests in the background" with_mock env MOMO_CACHE=client "$work/background" frees 20
}

# Right only if the standard library is instrumented, too: otherwise what it does looks like races.
# Debian has its source in the version of its compiler. The two are used here, and nowhere else.
with_own_std() { # COMMAND OF CARGO...
  RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
    RUSTFLAGS="-Zsanitizer=thread -Zexternal-clangrt ${flags:-}" \
    /usr/bin/cargo "$1" --quiet -Zbuild-std --target "$host" "${@:2}"
}

thread() {
  with_own_std rustc --lib --crate-type cdylib --target-dir "$target_dir/tsan-c"
  library_from "$target_dir/tsan-c/$host/debug/libmomo.so"
  export TSAN_OPTIONS="$symbolizer exitcode=99"
  compiler+=(-fsanitize=thread)
  compile tests/c/misuse.c "$work/misuse"
  reported race "ThreadSanitizer: data race" momo_set_option
  for program in examples-c/threads tests/c/background; do
    compile "$program.c" "$work/${program##*/}"
  done
  clean threads with_mock "$work/threads"
  clean "frees during requests" with_mock env MOMO_CACHE=client "$work/background" frees 50
  clean "exits during requests" with_mock env MOMO_CACHE=client "$work/background" exits 50
}

tests-thread() { # [NAME...]
  local tests=(--lib --test caching --test processes) llvm runtime flags argument
  [ $# = 0 ] || tests=(--lib --tests)
  # Debian's compiler comes without the runtime: clang's, before the C library that it stands for.
  llvm=$(/usr/bin/rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
  scripts/deps.sh "libclang-rt-$llvm-dev"
  runtime=/usr/lib/llvm-$llvm/lib/clang/$llvm/lib/linux
  flags="-Clink-arg=-Wl,-rpath,$runtime"
  for argument in -Wl,--no-as-needed "$runtime/libclang_rt.tsan-${host%%-*}.so"; do
    flags+=" -Zpre-link-arg=$argument"
  done
  # Three hundred handshakes one after the other meet no thread, and not their time-out either;
  # nor do processes meet threads.
  local skipped=(three_hundred_clients many_clients:: shared_caches::)
  are_tests "${skipped[@]}"
  TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp $symbolizer ${TSAN_OPTIONS:-}" \
    with_own_std test --no-fail-fast --target-dir "$target_dir/tsan" \
    "${tests[@]}" -- "$@" "${skipped[@]/#/--skip=}" || status=1
}

tool=${1:-}
case $tool in
  exits | tests-thread) scripts/deps.sh sanitizers ;;
  address | memcheck | thread) scripts/deps.sh tests sanitizers ;;
  *)
    echo "usage: sanitizers.sh exits|address|memcheck|thread|tests-thread [ARGUMENT...]" >&2
    exit 2
    ;;
esac
"$tool" "${@:2}"
[ "$passed$failed" = 00 ] || echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$status" = 0 ]
