#![allow(clippy::unwrap_used, clippy::panic)]

use momo_mock_gateway::behaviours;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_momo-mock-gateway"))
}

#[test]
fn it_says_where_it_is_and_ends_with_its_input() {
    let options = "--plain --until-stdin-closes --subscription-key one --subscription-key two \
                   --api-key secret";
    let mut child = program()
        .args(options.split_whitespace())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let json: serde_json::Value = serde_json::from_str(&line).unwrap();
    for (name, start) in [
        ("base_url", "https://localhost:"),
        ("plain_base_url", "http://127.0.0.1:"),
        ("subscription_key", "one"),
        ("api_key", "secret"),
    ] {
        assert!(json[name].as_str().unwrap().starts_with(start), "{line}");
    }
    let ca = std::path::Path::new(json["ca"].as_str().unwrap());
    let pem = std::fs::read_to_string(ca).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE"));

    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    assert!(!ca.exists());
}

#[test]
fn help_lists_every_behaviour() {
    let output = program().arg("--help").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for (name, help) in behaviours() {
        let lines = text.matches(&format!("\n  /{name} ")).count();
        assert_eq!(lines, 1, "{name}");
        assert!(text.contains(help), "{name}");
    }
}

#[test]
fn an_option_it_does_not_know_is_an_error() {
    assert!(!program().arg("--plane").output().unwrap().status.success());
}
