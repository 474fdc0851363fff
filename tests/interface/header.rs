//! The headers are what the source says, and every reader they are made for takes them.

use std::ffi::CStr;
use std::path::Path;
use std::process::Command;

use crate::artifacts::{INCLUDE, feed, header, run, shared_library};

const WARNINGS: [&str; 5] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"];

fn compile(compiler: &str, language: &str, standard: &str, source: &str) {
    let mut command = Command::new(compiler);
    command.args(["-x", language, &format!("-std={standard}")]);
    command.args(WARNINGS).args(["-I", INCLUDE, "-"]);
    feed(&mut command, source);
}

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
fn c_takes_the_header_alone() {
    for standard in ["c99", "c11", "c17"] {
        compile("cc", "c", standard, "#include <momo.h>\n#include <momo.h>");
    }
}

#[test]
fn cpp_takes_the_header_alone() {
    let source = "#include <momo.h>\nauto get = &momo_get_token;";
    for standard in ["c++11", "c++17", "c++20"] {
        compile("c++", "c++", standard, source);
    }
}

#[test]
fn c_takes_the_ffi_header_after_stdint() {
    let source = "#include <stdint.h>\n#include <momo_ffi.h>";
    compile("cc", "c", "c99", source);
}

#[test]
fn the_ffi_header_has_no_line_for_a_preprocessor() {
    let text = header("momo_ffi.h");
    assert!(!text.lines().any(|l| l.trim_start().starts_with('#')));
    assert!(!text.contains("MOMO_API") && !text.contains("extern \"C\""));
}

#[test]
fn php_takes_the_ffi_header() {
    let script = "$momo = FFI::cdef(file_get_contents($argv[1]), $argv[2]);\
        echo $momo->momo_version(), ' ', $momo->MOMO_TIMED_OUT, ' ',\
        FFI::sizeof($momo->new('momo_token'));";
    let ffi_header = format!("{INCLUDE}/momo_ffi.h");
    let library = shared_library();
    let library = library.to_str().unwrap();
    let out = run("php", &["-r", script, "--", &ffi_header, library]);
    assert_eq!(out, told());
}

#[test]
fn python_cffi_takes_the_ffi_header() {
    let script = "import sys, cffi\n\
        ffi = cffi.FFI()\n\
        ffi.cdef(open(sys.argv[1]).read())\n\
        momo = ffi.dlopen(sys.argv[2])\n\
        version = ffi.string(momo.momo_version()).decode()\n\
        print(version, momo.MOMO_TIMED_OUT, ffi.sizeof('momo_token'), end='')";
    // The first python3 may be one's own, without cffi.
    let has_cffi = |python: &&&str| {
        let mut command = Command::new(**python);
        let done = command.args(["-c", "import cffi"]).output();
        done.is_ok_and(|d| d.status.success())
    };
    let candidates = ["python3", "/usr/bin/python3"];
    let python = candidates.iter().find(has_cffi);
    let python = python.expect("no python3 has cffi; scripts/deps.sh installs what tests need");
    let ffi_header = format!("{INCLUDE}/momo_ffi.h");
    let library = shared_library();
    let library = library.to_str().unwrap();
    let out = run(python, &["-c", script, &ffi_header, library]);
    assert_eq!(out, told());
}

/// What a program in another language must see: version, a status, the size of a struct.
fn told() -> String {
    let status = momo::ffi::momo_status::MOMO_TIMED_OUT as i32;
    let size = size_of::<momo::ffi::momo_token>();
    format!("{} {status} {size}", env!("CARGO_PKG_VERSION"))
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
