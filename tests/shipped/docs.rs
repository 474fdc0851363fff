//! The pages for contributors are true: their commands work, what they name is there.

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
            ["make", ref words @ ..] => drop(run("make", &[&["--dry-run"], words].concat())),
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

/// Pairs of a file and a test in it, as a line names them: `file`: `test`, `test`; `file`: `test`.
fn tests_named_in(line: &str) -> Vec<(&str, &str)> {
    let mut file = None;
    let mut named = Vec::new();
    let mut pieces = line.split('`').skip(1);
    while let Some(quoted) = pieces.next() {
        let after = pieces.next().unwrap_or_default();
        match file {
            _ if after == ": " => file = Some(quoted),
            Some(file) => named.push((file, quoted)),
            None => {}
        }
        if !matches!(after, ": " | ", ") {
            file = None;
        }
    }
    named
}

/// Each test that is named is one of its file; gives how many lines name some.
fn lines_that_name_tests(page: &str) -> usize {
    let named = page.lines().map(tests_named_in);
    let named = named.filter(|tests| !tests.is_empty());
    named
        .inspect(|tests| {
            for (file, test) in tests {
                let source = std::fs::read_to_string(Path::new(ROOT).join(file)).unwrap();
                let begin = source.split("#[test]").skip(1).map(str::trim_start);
                // Between the two may stand another attribute.
                let found = begin
                    .filter_map(|text| text.split_once("fn "))
                    .any(|(_, text)| text.starts_with(&format!("{test}()")));
                assert!(found, "{file}: {test}");
            }
        })
        .count()
}

/// How many rows the page's tables have.
fn rows(page: &str) -> usize {
    let lines = page.lines().filter(|line| line.starts_with("| "));
    // Each table has two lines above its rows.
    let heads = page.lines().filter(|line| line.starts_with("| ---"));
    lines.count() - 2 * heads.count()
}

#[test]
fn every_fault_names_the_test_that_shows_what_it_ends_with() {
    let page = page("docs/faults.md");
    assert_eq!(lines_that_name_tests(&page), rows(&page));
    assert!(rows(&page) > 20, "{}", rows(&page));
}

#[test]
fn every_promise_of_the_security_policy_names_what_shows_it() {
    let page = page("SECURITY.md");
    let (_, promises) = page.split_once("\n## Promises\n").unwrap();
    let (promises, _) = promises.split_once("\n## ").unwrap();
    let (by_tests, by_others) = promises
        .split_once("\n### What it is built from\n")
        .unwrap();
    assert_eq!(lines_that_name_tests(by_tests), rows(by_tests));
    assert!(rows(by_tests) > 20, "{}", rows(by_tests));
    for script in by_others
        .split('`')
        .filter(|piece| piece.starts_with("scripts/"))
    {
        assert!(Path::new(ROOT).join(script).exists(), "{script}");
    }
}

#[test]
fn the_files_and_tests_that_the_architecture_page_names_are_there() {
    let page = page("docs/architecture.md");
    assert_eq!(lines_that_name_tests(&page), 5);
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
