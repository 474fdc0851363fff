//! What libmomo.so gives and what it asks for.

use std::collections::BTreeSet;

use crate::artifacts::{declarations, run, shared_library};

fn inspect(program: &str, options: &[&str]) -> String {
    let library = shared_library();
    let mut arguments = options.to_vec();
    arguments.push(library.to_str().unwrap());
    run(program, &arguments)
}

/// Every name that the header declares as a function: one that an argument list follows.
fn declared() -> BTreeSet<String> {
    let text = declarations();
    let names = text.match_indices('(').filter_map(|(at, _)| {
        let before = &text[..at];
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_')? + 1;
        let name = &before[start..];
        name.starts_with("momo_").then(|| name.to_owned())
    });
    names.collect()
}

#[test]
fn the_exported_symbols_are_the_headers() {
    let symbols = inspect("nm", &["-D", "--defined-only"]);
    let exported = symbols.lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[1], "T", "a function: {line}");
        words[2].to_owned()
    });
    let exported: BTreeSet<String> = exported.collect();
    let declared = declared();
    assert!(declared.contains("momo_get_token"));
    assert_eq!(exported, declared);
}

#[test]
fn it_says_its_name_and_stays_loaded() {
    let dynamic = inspect("readelf", &["-dW"]);
    let line = |tag: &str| dynamic.lines().find(|l| l.contains(tag)).unwrap_or("");
    assert!(line("(SONAME)").ends_with("[libmomo.so.0]"), "{dynamic}");
    assert!(line("(FLAGS_1)").contains("NODELETE"), "{dynamic}");
    // A path of the machine that built it has no place in a library that is installed.
    assert_eq!(line("(RPATH)"), "");
    assert_eq!(line("(RUNPATH)"), "");
    assert_eq!(line("(TEXTREL)"), "");
}

#[test]
fn it_needs_the_c_library_and_no_other() {
    let dynamic = inspect("readelf", &["-dW"]);
    let needed = dynamic.lines().filter(|l| l.contains("(NEEDED)"));
    for line in needed {
        let name = line.split(['[', ']']).nth(1).unwrap();
        let known = ["libc.so.6", "libgcc_s.so.1", "libm.so.6"].contains(&name);
        assert!(known || name.starts_with("ld-linux-"), "{name}");
    }
    let symbols = inspect("nm", &["-D", "--undefined-only"]);
    for line in symbols.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let provided = words[1].contains("@GLIBC_") || words[1].contains("@GCC_");
        // A weak one may be missing: profilers and older C libraries.
        assert!(provided || words[0] == "w", "{line}");
    }
}

#[test]
fn no_path_of_the_machine_that_compiled_it_is_in_it() {
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME"));
    for name in ["libmomo.so", "libmomo.a"] {
        let library = std::fs::read(crate::artifacts::library_dir().join(name)).unwrap();
        for path in [
            crate::artifacts::ROOT,
            home.as_deref().unwrap(),
            "registry/src",
        ] {
            let at = library
                .windows(path.len())
                .position(|part| part == path.as_bytes());
            assert_eq!(at, None, "{path} is in {name}");
        }
    }
}
