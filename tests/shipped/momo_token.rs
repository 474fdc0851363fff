//! momo-token, the program for the shell: what it prints, how it ends, what its manual page says.

mod check;

use std::fs::File;
use std::process::Command;

use crate::artifacts::{ROOT, output};
use crate::program::{Done, Program};

fn momo_token() -> Program {
    Program::new("tools/momo-token.c")
}

/// The option, for a path of the gateway.
fn base_url(tool: &Program, behaviour: &str) -> String {
    format!("base_url={}{behaviour}", tool.gateway.base_url())
}

#[test]
fn it_prints_the_token_or_the_header_and_nothing_else() {
    let tool = momo_token();
    for (arguments, before) in [
        (&[][..], ""),
        (&["--header"], "Authorization: Bearer "),
        (&["--timeout", "5s", "--header"], "Authorization: Bearer "),
        (&["--timeout=5s"], ""),
    ] {
        let done = tool.run(arguments);
        let token = tool.gateway.issued().pop().unwrap().token;
        assert_eq!(done.out, format!("{before}{token}\n"), "{done:?}");
        assert_eq!((done.code, done.error.as_str()), (Some(0), ""));
    }
    let done = tool.run(&["--verbose"]);
    assert_eq!(done.code, Some(0));
    let line = "momo-token: the gateway issued a token";
    assert!(done.error.contains(line), "{done:?}");
    assert!(!done.error.contains("option "), "{}", done.error);
}

#[test]
fn each_group_of_statuses_has_its_exit_status_and_a_line_that_says_why() {
    let tool = momo_token();
    for (option, code, words) in [
        ("timeout=soon", 2, "option timeout: "),
        ("no_such_option=s3cr3t", 2, "there is no option"),
        ("base_url=https://127.0.0.1:1", 3, "cannot be reached"),
        ("ca=mozilla", 3, "issuer is not trusted"),
        ("api_key=s3cr3t", 4, "sent api_user (36 characters"),
        (
            "subscription_key=s3cr3t",
            4,
            "subscription_key (6 characters",
        ),
        (&base_url(&tool, "/html-403"), 4, "firewall"),
        (&base_url(&tool, "/429-retry-after-60"), 5, "in 60 seconds"),
        (&base_url(&tool, "/503"), 5, "HTTP 503"),
        (&base_url(&tool, "/404"), 6, "404"),
        (&base_url(&tool, "/no-token"), 6, "no usable token"),
    ] {
        let done = tool.run(&["--option", option]);
        assert_eq!((done.code, done.out.as_str()), (Some(code), ""), "{done:?}");
        let line = done.error.strip_suffix('\n').unwrap();
        assert!(line.starts_with("momo-token: ") && !line.contains('\n'));
        assert!(line.contains(words) && !line.contains("s3cr3t"), "{line}");
        let json = tool.run(&["--option", option, "--json"]);
        assert_eq!((json.code, json.out.as_str()), (Some(code), ""));
        let error: serde_json::Value = serde_json::from_str(&json.error).unwrap();
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(words), "{error}");
    }
}

#[test]
fn bad_usage_is_said_before_anything_is_asked() {
    let tool = momo_token();
    for (arguments, words) in [
        (&["--heder"][..], "unknown argument: --heder"),
        (&["s3cr3t"], "unknown argument: "),
        (&["--api_key=s3cr3t"], "unknown argument: --api_key\n"),
        (&["--header", "--json"], "only one of"),
        (&["--check", "--header"], "only one of"),
        (&["--option"], "a value is missing: --option"),
        (&["--timeout"], "a value is missing: --timeout"),
        (&["--option", "timeout"], "an '=' is missing"),
    ] {
        let done = tool.run(arguments);
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{done:?}");
        assert!(done.error.contains(words), "{done:?}");
        assert!(done.error.contains("usage: momo-token "), "{done:?}");
    }
    let bad = Done::of(output(tool.command(&[]).env("MOMO_TIMEOUT", "soon")));
    assert_eq!(bad.code, Some(2));
    assert!(bad.error.contains("MOMO_TIMEOUT"), "{bad:?}");
    assert_eq!(tool.gateway.request_count(), 0);
}

#[test]
fn output_that_is_lost_is_a_failure() {
    let tool = momo_token();
    let words = "the output cannot be written";
    let wrong = ["--check", "--option", "api_key=wrong"];
    // The report of a check is what it is for, also if it fails.
    for arguments in [&[][..], &["--header"], &["--json"], &["--check"], &wrong] {
        let mut command = tool.command(arguments);
        let full = File::create("/dev/full").unwrap();
        let done = Done::of(output(command.stdout(full)));
        assert_eq!(done.code, Some(1), "{arguments:?} {done:?}");
        assert!(done.error.contains(words), "{done:?}");
    }
    for script in ["exec \"$0\" --help >&-", "exec \"$0\" --version >/dev/full"] {
        let mut shell = Command::new("sh");
        let closed = Done::of(output(shell.args(["-c", script]).arg(&tool.path)));
        assert_eq!(closed.code, Some(1), "{closed:?}");
        assert!(closed.error.contains(words), "{closed:?}");
    }
}

#[test]
fn a_variable_that_names_no_option_is_told_of_without_verbose() {
    let tool = momo_token();
    let run = |arguments: &[&str]| {
        let mut command = tool.command(arguments);
        command.env_remove("MOMO_API_USER");
        Done::of(output(command.env("MOMO_API_USR", "s3cr3t")))
    };
    let text = "warning: the environment variable MOMO_API_USR names no option";
    for arguments in [&[][..], &["--header"], &["--verbose"]] {
        let done = run(arguments);
        assert_eq!(done.code, Some(2));
        let lines: Vec<&str> = done.error.lines().collect();
        assert_eq!(lines.len(), 2, "{done:?}");
        let warning = lines[0].strip_prefix("momo-token: ").unwrap();
        assert!(warning.starts_with(text), "{done:?}");
        assert!(lines[1].contains("api_user"), "{done:?}");
        assert!(!lines[1].contains("momo_"), "{done:?}");
    }
    let check = run(&["--check"]);
    assert!(check.out.starts_with(text), "{check:?}");
    let json = run(&["--json"]);
    let error: serde_json::Value = serde_json::from_str(&json.error).unwrap();
    assert_eq!(error["status"], "MOMO_INVALID_CONFIG");
}

#[test]
fn scripts_of_one_user_share_a_token_through_a_directory() {
    let tool = momo_token();
    let runtime = crate::child::Scratch::new();
    let run = |arguments: &[&str]| {
        let mut command = tool.command(arguments);
        command.env("MOMO_CACHE", "file:");
        Done::of(output(command.env("XDG_RUNTIME_DIR", runtime.path(""))))
    };
    let first = run(&[]);
    assert_eq!((first.code, first.error.as_str()), (Some(0), ""));
    for _ in 0..3 {
        let header = run(&["--header"]);
        assert_eq!(header.out, format!("Authorization: Bearer {}", first.out));
    }
    assert_eq!(tool.gateway.request_count(), 1);
    // A check asks the gateway, and what it is given is for all.
    assert_eq!(run(&["--check"]).code, Some(0));
    let second = run(&[]);
    assert_ne!(second.out, first.out);
    assert_eq!(tool.gateway.request_count(), 2);
}

#[test]
fn the_manual_page_is_sound_and_tells_of_every_option_and_exit_status() {
    let page = format!("{ROOT}/tools/momo-token.1");
    let lint = output(Command::new("mandoc").args(["-T", "lint", "-W", "warning", &page]));
    assert!(lint.status.success(), "{lint:?}");
    let text = std::fs::read_to_string(page).unwrap().replace("\\-", "-");
    let help = momo_token().run(&["--help"]).out;
    let words = help.split_whitespace();
    let options = words.filter(|word| word.starts_with("--"));
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
