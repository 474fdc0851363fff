//! The library as C programs get it: libmomo.so and libmomo.a, optimised and stripped; and the
//! programs that look at it.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use momo_mock_gateway::Gateway;

use super::child::without_options;
#[allow(unused_imports)] // not every file of tests names both
pub use super::child::{output, succeed};

pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");
pub const INCLUDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/include");
/// This package's directory below the target directory, for what tests write.
pub const TMP: &str = env!("CARGO_TARGET_TMPDIR");

/// Where libmomo.so, libmomo.so.0 and libmomo.a are: `LIBMOMO_DIR`, which `make check` names, or
/// built now, as `make` does it.
pub fn library_dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        std::env::var_os("LIBMOMO_DIR").map_or_else(
            || {
                succeed(builder("scripts/build.sh").arg("--quiet"));
                Path::new(ROOT).join("build/lib")
            },
            PathBuf::from,
        )
    })
}

pub fn shared_library() -> PathBuf {
    library_dir().join("libmomo.so")
}

/// A program that calls Cargo, whose target directory is free: Cargo lets go of it before it starts
/// a test. What it tells a test is not for another Cargo, which would build everything again; nor
/// are flags for the tests (a sanitizer, coverage).
pub fn builder(program: &str) -> Command {
    const KEPT: &[&str] = &[
        "PATH",
        "HOME",
        "CARGO_HOME",
        "RUSTUP_HOME",
        "RUSTUP_TOOLCHAIN",
    ];
    let kept = KEPT.iter().filter_map(|n| Some((n, std::env::var_os(n)?)));
    let mut command = Command::new(program);
    command.current_dir(ROOT).env_clear().envs(kept);
    command.env("CARGO_TARGET_DIR", Path::new(TMP).parent().unwrap());
    command
}

/// Gives a program the mock gateway's options, and none of this process's.
pub fn at_gateway<'a>(command: &'a mut Command, gateway: &Gateway) -> &'a mut Command {
    let credentials = gateway.credentials();
    without_options(command)
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
