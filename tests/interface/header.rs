//! The headers are what the source says, and compilers take them alone. PHP and cffi take momo_ffi.h
//! in the programs of bindings/ and docs/bindings.md.

use std::ffi::CStr;
use std::path::Path;
use std::process::Command;

use crate::artifacts::{INCLUDE, header, succeed};

#[test]
fn the_headers_are_those_that_the_source_makes() {
    for name in ["momo.h", "momo_ffi.h"] {
        let generated = Path::new(env!("OUT_DIR")).join(name);
        let generated = std::fs::read_to_string(generated).unwrap();
        assert!(
            generated == header(name),
            "include/{name} is not what the source makes: run `make headers`"
        );
    }
}

#[test]
fn compilers_take_the_headers_alone() {
    for (compiler, language, standards, headers) in [
        ("cc", "c", &["c99", "c11", "c17"][..], ["momo.h", "momo.h"]),
        (
            "c++",
            "c++",
            &["c++11", "c++17", "c++20"],
            ["momo.h", "momo.h"],
        ),
        ("cc", "c", &["c99"], ["stdint.h", "momo_ffi.h"]),
    ] {
        for standard in standards {
            let mut command = Command::new(compiler);
            command.args([&format!("-std={standard}"), "-I", INCLUDE]);
            command.args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]);
            command.args(headers.map(|header| ["-include", header]).as_flattened());
            succeed(command.args(["-x", language, "/dev/null"]));
        }
    }
}

#[test]
fn the_ffi_header_has_no_line_for_a_preprocessor() {
    let text = header("momo_ffi.h");
    assert!(!text.lines().any(|l| l.trim_start().starts_with('#')));
    assert!(!text.contains("MOMO_API") && !text.contains("extern \"C\""));
}

#[test]
fn every_version_is_cargos() {
    let text = header("momo.h");
    let macros = [
        format!("MOMO_VERSION \"{}\"", env!("CARGO_PKG_VERSION")),
        format!("MOMO_VERSION_MAJOR {}", env!("CARGO_PKG_VERSION_MAJOR")),
        format!("MOMO_VERSION_MINOR {}", env!("CARGO_PKG_VERSION_MINOR")),
        format!("MOMO_VERSION_PATCH {}", env!("CARGO_PKG_VERSION_PATCH")),
    ];
    for definition in macros {
        let line = format!("#define {definition}");
        assert!(text.lines().any(|l| l == line), "{line}");
    }
    // SAFETY: a static string, never NULL.
    let version = unsafe { CStr::from_ptr(momo::ffi::momo_version()) };
    assert_eq!(version.to_str().unwrap(), env!("CARGO_PKG_VERSION"));
}
