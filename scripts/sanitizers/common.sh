# shellcheck shell=bash
# What the scripts beside this one share; to be sourced.
host=$(rustc -vV | sed -n 's/^host: //p')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

fail() { # NAME: and what was said last
  failed=$((failed + 1))
  echo "FAILED: $1"
  head -n 60 "$work/said"
}

# The tool sees the fault: COMMAND fails, and what is said has each of the texts.
sees() { # FAULT TEXT... -- COMMAND...
  local fault=$1 texts=() text
  shift
  while [ "$1" != -- ]; do
    texts+=("$1")
    shift
  done
  shift
  if "$@" "$fault" >"$work/said" 2>&1; then
    fail "$fault was not seen"
    return
  fi
  for text in "${texts[@]}"; do
    if ! grep -qF -- "$text" "$work/said"; then
      fail "$fault: nothing says: $text"
      return
    fi
  done
  passed=$((passed + 1))
}

finds_nothing() { # NAME COMMAND...
  if "${@:2}" >"$work/said" 2>&1 && ! grep -q 'ERROR: \|WARNING: ThreadSanitizer' "$work/said"; then
    passed=$((passed + 1))
  else
    fail "$1"
  fi
}

# In what users copy and run, by the caller's compile and with_mock.
finds_nothing_in_programs() { # THREADS CALLS
  local program
  for program in minimal get_token threads; do
    compile "examples-c/$program.c" "$work/$program"
  done
  finds_nothing minimal with_mock "$work/minimal"
  finds_nothing get_token with_mock "$work/get_token"
  finds_nothing threads with_mock "$work/threads" "$@"
  compile tools/momo-token.c "$work/momo-token"
  finds_nothing momo-token with_mock "$work/momo-token" --check
}

# Tests of Cargo, whose closing lines are counted with ours.
failed_tests=0
tests() { # COMMAND...
  "$@" || failed_tests=1
}

closing_line() {
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ] && [ "$failed_tests" = 0 ]
}

# A folder that programs in C find the library in, and the linker.
library_folder() { # LIBRARY FOLDER
  mkdir -p "$2"
  cp "$1" "$2/libmomo.so"
  ln -sf libmomo.so "$2/libmomo.so.0"
}
