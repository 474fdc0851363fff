//! The manual page, what `make install` does, and memory.

use std::process::Command;

use super::tool::{Done, Tool, compile};
use crate::artifacts::{ROOT, output, succeed};
use crate::child::Scratch;

#[test]
fn valgrind_finds_nothing_in_it() {
    let tool = Tool::new("valgrind");
    for (arguments, code) in [
        (&["--json"][..], 0),
        (&["--check"], 0),
        (&["--check", "--option", "api_key=wrong"], 4),
        (&["--json", "--option", "api_key=wrong"], 4),
        (&["--option", "timeout"], 2),
    ] {
        let inner = tool.command(arguments);
        let mut command = crate::valgrind();
        command.arg(&tool.program).args(arguments);
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.env("MOMO_BASE_URL", tool.gateway.plain_base_url());
        let done = Done::of(output(&mut command));
        assert_eq!(done.code, Some(code), "{arguments:?} {done:?}");
    }
}

#[test]
fn the_manual_page_is_sound_and_tells_of_every_option_and_exit_status() {
    let page = format!("{ROOT}/tools/momo-token.1");
    let lint = output(Command::new("mandoc").args(["-T", "lint", "-W", "warning", &page]));
    assert!(lint.status.success(), "{lint:?}");
    let text = std::fs::read_to_string(page).unwrap().replace("\\-", "-");
    let help = succeed(Command::new(compile("manual")).arg("--help"));
    let options = help
        .split_whitespace()
        .filter(|word| word.starts_with("--"));
    let mut count = 0;
    for option in options.map(|o| o.trim_end_matches([',', ']'])) {
        assert!(text.contains(option), "{option}");
        count += 1;
    }
    assert!(count > 7);
    for status in 0..=6 {
        assert!(help.contains(&format!("{status} ")), "{status}");
        assert!(text.contains(&format!("\n.B {status}\n")), "{status}");
    }
}

#[test]
fn make_installs_it_with_its_page_and_takes_both_away() {
    let folder = Scratch::new();
    let make = |target: &str| {
        let mut make = Command::new("make");
        make.current_dir(ROOT).arg(target).arg("PREFIX=/usr");
        make.arg(format!("DESTDIR={}", folder.path("").display()));
        succeed(&mut make)
    };
    let installed = || {
        let mut find = Command::new("find");
        find.arg(folder.path(""))
            .args(["!", "-type", "d", "-printf", "%P\n"]);
        let mut files: Vec<String> = succeed(&mut find).lines().map(str::to_owned).collect();
        files.sort();
        files
    };
    make("install");
    let files = installed();
    for file in [
        "usr/bin/momo-token",
        "usr/share/man/man1/momo-token.1",
        "usr/include/momo.h",
    ] {
        assert!(files.iter().any(|f| f == file), "{file}: {files:?}");
    }
    let lib = folder.path("usr/lib");
    let mut version = Command::new(folder.path("usr/bin/momo-token"));
    let version = succeed(version.arg("--version").env("LD_LIBRARY_PATH", lib));
    assert_eq!(
        version,
        format!("momo-token {}\n", env!("CARGO_PKG_VERSION"))
    );
    make("uninstall");
    assert_eq!(installed(), Vec::<String>::new());
}
