//! The promise that programs which are built go on running: a change of what they see is noticed.

use std::path::Path;
use std::process::Command;

use crate::artifacts::{INCLUDE, ROOT, library_dir, output, succeed};
use crate::child::Scratch;

/// Whether all is as recorded, and what the gate says.
fn check(include: &Path, library: &Path) -> (bool, String) {
    let mut gate = Command::new(format!("{ROOT}/scripts/check-abi.sh"));
    gate.env("MOMO_INCLUDE", include).env("MOMO_LIB", library);
    let done = output(&mut gate);
    let text = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8(text).unwrap())
}

#[test]
fn what_programs_in_c_see_is_what_is_recorded() {
    let (same, said) = check(Path::new(INCLUDE), library_dir());
    assert!(same, "{said}");
}

#[test]
fn whatever_is_changed_in_the_header_is_noticed_and_named() {
    let header = std::fs::read_to_string(Path::new(INCLUDE).join("momo.h")).unwrap();
    #[rustfmt::skip]
    let rows = [
        ("a field that is gone", "  int64_t retry_after_ms;\n", "", "retry_after_ms"),
        ("a field of another type", "  int32_t refresh_status;", "  int64_t refresh_status;", "refresh_status"),
        ("a field in the middle", "  int64_t expires_at;\n", "  int64_t expires_at;\n  int64_t more;\n", "more"),
        ("a field at the end", "  int64_t refresh_in;\n", "  int64_t refresh_in;\n  int64_t more;\n", "more"),
        ("a field with another name", "  int64_t retries;\n", "  int64_t retries_;\n", "retries"),
        ("an enumerator that is gone", "  MOMO_CANCELLED = 16,\n", "", "MOMO_CANCELLED"),
        ("an enumerator with another value", "MOMO_CANCELLED = 16", "MOMO_CANCELLED = 17", "MOMO_CANCELLED"),
        ("an enumerator more", "  MOMO_CANCELLED = 16,\n", "  MOMO_CANCELLED = 16,\n  MOMO_MORE = 17,\n", "MOMO_MORE"),
        ("a parameter of another type", "int64_t timeout_ms,", "int32_t timeout_ms,", "momo_get_token"),
        ("a result of another type", "const char *momo_version(void)", "char *momo_version(void)", "momo_version"),
        ("a function that is gone", "void momo_clear_cache(void);", ";", "momo_clear_cache"),
        ("a callback of another type", "int32_t level, const char *line)", "int64_t level, const char *line)", "momo_set_logger"),
    ];
    for (what, before, after, words) in rows {
        assert!(header.contains(before), "{what}: {before:?}");
        let changed = Scratch::new();
        changed.write("momo.h", header.replace(before, after));
        let (same, said) = check(&changed.path(""), library_dir());
        assert!(!same, "{what} was not noticed");
        assert!(said.contains(words), "{what}: {said}");
        let words = "momo.h is not what is recorded";
        assert!(said.contains(words), "{what}: {said}");
    }
}

/// A library that has these symbols and no more.
fn library(folder: &Scratch, symbols: &[&str]) {
    let functions = symbols
        .iter()
        .map(|name| format!("void {name}(void) {{}}\n"));
    let source = folder.write("momo.c", functions.collect::<String>());
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-o"])
        .arg(folder.path("libmomo.so"));
    succeed(cc.arg(source));
}

#[test]
fn a_symbol_that_is_gone_or_new_is_noticed_and_named() {
    let recorded = succeed(&mut Command::new(format!("{ROOT}/scripts/symbols.sh")));
    let all: Vec<&str> = recorded.lines().collect();
    let folder = Scratch::new();
    library(&folder, &all);
    let (same, said) = check(Path::new(INCLUDE), &folder.path(""));
    assert!(same, "{said}");
    library(&folder, &all[1..]);
    let (same, said) = check(Path::new(INCLUDE), &folder.path(""));
    assert!(!same && said.contains(&format!("-{}", all[0])), "{said}");
    library(&folder, &[&all[..], &["momo_more"]].concat());
    let (same, said) = check(Path::new(INCLUDE), &folder.path(""));
    assert!(!same && said.contains("+momo_more"), "{said}");
}
