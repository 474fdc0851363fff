//! What is shipped beside the library: examples, momo-token, what `make install` installs.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../common/artifacts.rs"]
mod artifacts;
#[path = "../common/child.rs"]
mod child;

#[cfg(target_os = "linux")]
mod examples;
#[cfg(target_os = "linux")]
mod installed;
#[cfg(target_os = "linux")]
mod momo_token;
#[cfg(target_os = "linux")]
mod monitoring;
#[cfg(target_os = "linux")]
mod notices;

/// A program is some thirty times slower under it, on a machine that may be busy.
#[cfg(target_os = "linux")]
fn valgrind() -> std::process::Command {
    let mut command = std::process::Command::new("valgrind");
    command
        .args(["--quiet", "--error-exitcode=99", "--leak-check=full"])
        .args([
            "--show-leak-kinds=definite",
            "--errors-for-leak-kinds=definite",
        ]);
    for name in ["TIMEOUT", "ATTEMPT_TIMEOUT", "CONNECT_TIMEOUT"] {
        command.env(format!("MOMO_{name}"), "5m");
    }
    command
}
