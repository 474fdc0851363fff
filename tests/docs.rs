//! The pages for contributors are true: their commands work, what they name is there.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn page(path: &str) -> String {
    std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

/// Each line of the page's blocks of shell commands.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```sh\n").skip(1);
    let lines = blocks.flat_map(|b| b.split("```").next().unwrap().lines());
    lines.map(str::to_owned).collect()
}

/// What the command printed; it has to succeed.
fn run(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    command.current_dir(ROOT).args(arguments);
    // What Cargo tells a test is not for another Cargo: it would build everything again.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_") && name != "CARGO_HOME" && name != "CARGO_TARGET_DIR" {
            command.env_remove(name);
        }
    }
    let done = command.output().unwrap();
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        done.status.success(),
        "{program} {arguments:?}\n{text}{}",
        String::from_utf8_lossy(&done.stderr)
    );
    text
}

#[test]
fn the_commands_of_the_contributing_page_work() {
    let commands = commands(&page("CONTRIBUTING.md"));
    assert!(commands.len() > 8, "{commands:?}");
    for command in commands {
        let words: Vec<&str> = command.split(' ').collect();
        match words[..] {
            // The whole of them is what this test is a part of: that they are there is enough.
            ["make", target] => drop(run("make", &["--dry-run", target])),
            [script] if script.starts_with("scripts/") => drop(run("bash", &["-n", script])),
            ["cargo", "test", ref filter @ ..] => {
                let out = run("cargo", &[&["test"], filter].concat());
                let ran = out.contains("test result: ok.");
                assert!(ran && !out.contains("ok. 0 passed"), "{command}:\n{out}");
            }
            _ => panic!("{command} is of no kind that is checked"),
        }
    }
}

#[test]
fn the_files_and_tests_that_the_architecture_page_names_are_there() {
    let page = page("docs/architecture.md");
    let mut invariants = 0;
    for line in page.lines().filter(|l| l.contains("`: `")) {
        let mut quoted = line.split('`').skip(1).step_by(2);
        let (file, test) = (quoted.next().unwrap(), quoted.next().unwrap());
        let source = std::fs::read_to_string(Path::new(ROOT).join(file)).unwrap();
        assert!(source.contains(&format!("fn {test}()")), "{file}: {test}");
        invariants += 1;
    }
    assert_eq!(invariants, 5);
    for name in page.split('`').skip(1).step_by(2) {
        let ending = Path::new(name).extension().and_then(|e| e.to_str());
        if ending != Some("rs") && !name.ends_with('/') {
            continue;
        }
        let found = [
            name.to_owned(),
            format!("src/{name}"),
            format!("src/gateway/{name}"),
        ];
        let there = found.iter().any(|path| Path::new(ROOT).join(path).exists());
        assert!(there, "{name}");
    }
}
