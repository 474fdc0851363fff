//! The library as C programs get it: libmomo.so and libmomo.a, optimised and stripped; and the
//! programs that look at it.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use momo_mock_gateway::Gateway;

pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");
pub const INCLUDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/include");
/// This package's directory below the target directory, for what tests write.
pub const TMP: &str = env!("CARGO_TARGET_TMPDIR");

/// Where libmomo.so, libmomo.so.0 and libmomo.a are: `LIBMOMO_DIR`, which `make check` names, or
/// built now.
pub fn library_dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        std::env::var_os("LIBMOMO_DIR")
            .map(PathBuf::from)
            .unwrap_or_else(build)
    })
}

pub fn shared_library() -> PathBuf {
    library_dir().join("libmomo.so")
}

/// As scripts/build.sh does it, so that neither undoes the other's work. The target directory is
/// free by now: Cargo lets go of it before it starts a test.
fn build() -> PathBuf {
    let target = Path::new(TMP).parent().unwrap();
    let mut cargo = Command::new(format!("{ROOT}/scripts/build.sh"));
    cargo.args(["only", "--target-dir"]).arg(target);
    // What Cargo tells a test is not for another Cargo: build scripts would see a change, and run.
    // Flags for the tests (a sanitizer, coverage) are not for the library that is released.
    let others = [
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_CRATE_NAME",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_PRIMARY_PACKAGE",
        "LD_LIBRARY_PATH",
        "RUSTC_BOOTSTRAP",
        "RUSTFLAGS",
    ];
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let told = text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_");
        if told || others.contains(&&*text) {
            cargo.env_remove(&name);
        }
    }
    succeed(&mut cargo);
    let dir = target.join("release");
    let link = dir.join("libmomo.so.0");
    if let Err(e) = std::os::unix::fs::symlink("libmomo.so", &link) {
        assert_eq!(e.kind(), std::io::ErrorKind::AlreadyExists, "{e}");
    }
    dir
}

pub fn output(command: &mut Command) -> Output {
    let name = command.get_program().to_owned();
    command
        .output()
        .unwrap_or_else(|e| panic!("{name:?}: {e}; scripts/deps.sh installs what tests need"))
}

/// Runs a program to its end, which must be a good one.
pub fn succeed(command: &mut Command) -> String {
    let done = output(command);
    let out = String::from_utf8_lossy(&done.stdout).into_owned();
    let error = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {out}\n{error}");
    out
}

pub fn run<S: AsRef<OsStr>>(program: &str, arguments: &[S]) -> String {
    succeed(Command::new(program).args(arguments))
}

/// Runs a program with this as its standard input.
pub fn feed(command: &mut Command, input: &str) {
    command.stdin(Stdio::piped()).stderr(Stdio::piped());
    let started = command.spawn();
    let mut child = started.unwrap_or_else(|e| panic!("{command:?}: {e}; see scripts/deps.sh"));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let done = child.wait_with_output().unwrap();
    let error = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {error}");
}

/// Gives a program the mock gateway's options, and none of this process's.
pub fn at_gateway<'a>(command: &'a mut Command, gateway: &Gateway) -> &'a mut Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MOMO_") {
            command.env_remove(&name);
        }
    }
    let credentials = gateway.credentials();
    command
        .env("MOMO_BASE_URL", gateway.base_url())
        .env("MOMO_CA", gateway.ca_path())
        .env("MOMO_API_USER", credentials.api_user)
        .env("MOMO_API_KEY", credentials.api_key)
        .env("MOMO_SUBSCRIPTION_KEY", &credentials.subscription_keys[0])
        .env("MOMO_PROXY", "none")
}

pub fn header(name: &str) -> String {
    std::fs::read_to_string(Path::new(INCLUDE).join(name)).unwrap()
}
