//! momo-token --check.

use super::{base_url, momo_token};
use crate::artifacts::output;
use crate::program::Done;

/// The lines that follow those of the options.
fn checks(done: &Done) -> Vec<&str> {
    let lines = done.out.lines();
    lines.filter(|line| !line.starts_with("option ")).collect()
}

#[test]
fn a_check_tells_of_every_option_and_of_each_step_whether_it_works() {
    let tool = momo_token("check");
    const FAILED: &str = "failed: ";
    const UNKNOWN: &str = "not checked";
    #[rustfmt::skip]
    let rows = [
        ("max_attempts=1", 0, ["ok", "ok", "ok", "ok"]),
        ("base_url=https://127.0.0.1:1", 3, [FAILED, UNKNOWN, UNKNOWN, UNKNOWN]),
        ("ca=mozilla", 3, ["ok", FAILED, UNKNOWN, UNKNOWN]),
        ("subscription_key=s3cr3t", 4, ["ok", "ok", FAILED, UNKNOWN]),
        ("api_key=s3cr3t", 4, ["ok", "ok", "ok", FAILED]),
        (&base_url(&tool, "/503"), 5, ["ok", "ok", UNKNOWN, UNKNOWN]),
    ];
    for (option, code, results) in rows {
        let done = tool.run(&["--check", "--option", option]);
        assert_eq!((done.code, &*done.error), (Some(code), ""), "{done:?}");
        let lines = checks(&done);
        let steps = ["host", "TLS", "subscription key", "credentials"];
        for ((line, step), result) in lines.iter().zip(steps).zip(results) {
            assert!(line.starts_with(&format!("{step}: {result}")), "{line}");
        }
        // What is to be done stands where it failed, or at the end.
        let last = if code == 0 {
            "token: ok"
        } else {
            "token: failed: "
        };
        match lines[4..] {
            [] => assert!(results.contains(&FAILED), "{lines:?}"),
            [line] => assert!(line.starts_with(last), "{lines:?}"),
            _ => panic!("{lines:?}"),
        }
        let failures = done.out.matches(": failed: ").count();
        assert_eq!(failures, usize::from(code != 0), "{done:?}");
        assert!(!done.out.contains("s3cr3t"), "{done:?}");
        let options = done
            .out
            .lines()
            .filter(|l| l.starts_with("option "))
            .count();
        let page = include_str!("../../../docs/options.md");
        assert_eq!(options, page.matches("| `MOMO_").count());
        let key = "option api_key: 32 characters, from MOMO_API_KEY\n";
        assert_eq!(done.out.contains(key), !option.contains("api_key"));
    }
    let base_url = format!("base_url={}", tool.gateway.plain_base_url());
    let done = tool.run(&["--check", "--option", &base_url]);
    assert!(done.out.contains("TLS: not used: plain http"), "{done:?}");
    let missing = Done::of(output(
        tool.command(&["--check"]).env_remove("MOMO_API_KEY"),
    ));
    assert_eq!(missing.code, Some(2));
    assert!(
        missing
            .out
            .starts_with("configuration: failed: option api_key is missing")
    );
}

#[test]
fn a_check_says_how_far_a_request_came_that_was_not_answered() {
    let tool = momo_token("check-phases");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("base_url=https://{}", silent.local_addr().unwrap());
    let plain = format!(
        "base_url={}/stall",
        tool.gateway.plain_base_url().replace("http", "HTTP")
    );
    #[rustfmt::skip]
    let rows = [
        (silent.as_str(), ["host: ok", "TLS: failed: the TLS handshake: the time was up"]),
        (&base_url(&tool, "/stall"), ["host: ok", "TLS: ok"]),
        (&base_url(&tool, "/close"), ["host: ok", "TLS: ok"]),
        (&base_url(&tool, "/truncated"), ["host: ok", "TLS: ok"]),
        (&plain, ["host: ok", "TLS: not used: plain http on this machine"]),
    ];
    for (option, lines) in rows {
        let done = tool.run(&["--check", "--timeout", "500ms", "--option", option]);
        assert_eq!((done.code, done.error.as_str()), (Some(3), ""), "{done:?}");
        for (line, expected) in checks(&done).iter().zip(lines) {
            assert!(line.starts_with(expected), "{option}: {done:?}");
        }
        assert!(
            done.out.contains("subscription key: not checked"),
            "{done:?}"
        );
        assert_eq!(done.out.matches(": failed: ").count(), 1, "{done:?}");
    }
}

#[test]
fn a_proxy_that_is_down_is_named_with_the_variable_that_it_came_from() {
    let tool = momo_token("check-proxy");
    #[rustfmt::skip]
    let rows = [
        ("HTTPS_PROXY", "through proxy 127.0.0.1:1 (from HTTPS_PROXY)"),
        ("all_proxy", "through proxy 127.0.0.1:1 (from all_proxy)"),
        ("MOMO_PROXY", "through proxy 127.0.0.1:1, "),
    ];
    for (variable, words) in rows {
        let mut command = tool.command(&["--check"]);
        for name in [
            "HTTPS_PROXY",
            "https_proxy",
            "ALL_PROXY",
            "NO_PROXY",
            "no_proxy",
        ] {
            command.env_remove(name);
        }
        command
            .env_remove("MOMO_PROXY")
            .env(variable, "http://127.0.0.1:1");
        let done = Done::of(output(&mut command));
        assert_eq!(done.code, Some(3), "{done:?}");
        let host = checks(&done)[0];
        assert!(host.starts_with("host: failed: connecting: "), "{host}");
        assert!(host.contains(words), "{host}");
    }
}

#[test]
fn a_check_warns_of_a_cache_that_cannot_be_used_and_fails_for_an_unsafe_one() {
    let tool = momo_token("check-cache");
    let done = tool.run(&["--check", "--option", "cache=redis://:s3cr3t@127.0.0.1:1"]);
    let lines = checks(&done);
    assert_eq!(done.code, Some(0));
    assert!(lines[0].starts_with("warning: the cache redis://127.0.0.1:1/0 cannot be used"));
    assert_eq!((lines.len(), lines[5]), (6, "token: ok"), "{lines:?}");
    assert!(!done.out.contains("s3cr3t"));
    let unsafe_directory = tool.run(&["--check", "--option", "cache=file:/tmp"]);
    assert_eq!(unsafe_directory.code, Some(2));
    let line = "configuration: failed: option cache: ";
    assert!(
        unsafe_directory.out.starts_with(line),
        "{unsafe_directory:?}"
    );
}

#[test]
fn a_check_warns_of_likely_mistakes_and_of_what_its_request_got_over() {
    let tool = momo_token("check-warnings");
    let twice = base_url(&tool, "/503-times-1");
    let twice = ["--option", "max_attempts=2", "--option", &twice];
    let repeated = tool.run(&[&["--check"][..], &twice].concat());
    let lines = checks(&repeated);
    assert!(lines[0].starts_with("warning: the gateway"), "{lines:?}");
    assert_eq!((lines[1], lines[5]), ("host: ok", "token: ok"), "{lines:?}");
    let mistaken = tool.run(&["--check", "--option", "api_user=s3cr3t"]);
    assert_eq!(mistaken.code, Some(4));
    let lines = checks(&mistaken);
    assert!(lines[0].starts_with("warning: api_user is no UUID"));
    assert!(lines[4].starts_with("credentials: failed: "), "{lines:?}");
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(!mistaken.out.contains("s3cr3t"));
}
