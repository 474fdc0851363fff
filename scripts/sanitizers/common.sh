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
