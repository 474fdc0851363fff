//! The notices that are shipped: every crate that is linked has a licence text in them.

use std::process::{Command, Output};

use crate::artifacts::{ROOT, output};
use crate::child::Scratch;

fn notices(folder: &Scratch, manifest: &str) -> Output {
    let mut command = Command::new("python3");
    command.arg("-B").arg(format!("{ROOT}/scripts/notices.py"));
    command.arg("here").arg(folder.path("")).arg(manifest);
    // The standard library's own are in the way that a release is built.
    command.env_remove("RUSTC_BOOTSTRAP");
    output(command.env("LIBMOMO_TARGET", "x86_64-unknown-linux-gnu"))
}

#[test]
fn every_crate_that_is_linked_has_a_licence_text() {
    let folder = Scratch::new();
    let done = notices(&folder, &format!("{ROOT}/Cargo.toml"));
    assert!(done.status.success(), "{done:?}");
    let text = std::fs::read_to_string(folder.path("THIRD-PARTY.txt")).unwrap();
    for words in [
        "  ring 0.",
        "fiat-crypto",
        "Community Data License Agreement",
        // In the standard library, which is no crate of the lock file.
        "gimli",
        "UNICODE LICENSE V3",
    ] {
        assert!(text.contains(words), "{words}");
    }
    // What only runs while the library is compiled is in no program.
    assert!(!text.contains("cbindgen"));
}

#[test]
fn a_crate_without_a_licence_text_is_an_error() {
    let folder = Scratch::new();
    for (name, needs) in [("shop", "bare = { path = \"bare\" }\n"), ("shop/bare", "")] {
        std::fs::create_dir_all(folder.path(&format!("{name}/src"))).unwrap();
        folder.write(&format!("{name}/src/lib.rs"), "");
        let package = name.rsplit('/').next().unwrap();
        let head = "version = \"1.0.0\"\nedition = \"2024\"\nlicense = \"MIT\"\n";
        let manifest = format!("[package]\nname = \"{package}\"\n{head}[dependencies]\n{needs}");
        folder.write(&format!("{name}/Cargo.toml"), manifest);
    }
    let lock = "version = 4\n[[package]]\nname = \"bare\"\nversion = \"1.0.0\"\n\
                [[package]]\nname = \"shop\"\nversion = \"1.0.0\"\ndependencies = [\"bare\"]\n";
    folder.write("shop/Cargo.lock", lock);
    let manifest = folder.path("shop/Cargo.toml");
    let done = notices(&folder, manifest.to_str().unwrap());
    let error = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success());
    assert!(error.contains("bare 1.0.0 is linked"), "{error}");
    assert!(error.contains("no licence text"), "{error}");
}
