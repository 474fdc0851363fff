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
    let tool = momo_token();
    let at = |url: String| format!("--timeout=500ms --option=base_url={url}");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = at(format!("https://{}", silent.local_addr().unwrap()));
    let behaves = |behaviour| at(tool.gateway.base_url() + behaviour);
    let plain = tool.gateway.plain_base_url();
    const FAILED: &str = "failed: ";
    const UNKNOWN: &str = "not checked";
    const PLAIN: &str = "not used: plain http on this machine";
    #[rustfmt::skip]
    let rows = [
        ("--check".to_owned(), 0, &["ok", "ok", "ok", "ok", "ok"][..]),
        (format!("--option=base_url={plain}"), 0, &["ok", PLAIN, "ok", "ok", "ok"]),
        // What is to be done stands where it failed, or at the end.
        ("--option=base_url=https://127.0.0.1:1".into(), 3, &[FAILED, UNKNOWN, UNKNOWN, UNKNOWN]),
        ("--option=ca=mozilla".into(), 3, &["ok", FAILED, UNKNOWN, UNKNOWN]),
        ("--option=subscription_key=s3cr3t".into(), 4, &["ok", "ok", FAILED, UNKNOWN]),
        ("--option=api_key=s3cr3t".into(), 4, &["ok", "ok", "ok", FAILED]),
        (format!("--option=base_url={}/503", tool.gateway.base_url()), 5, &["ok", "ok", UNKNOWN, UNKNOWN, FAILED]),
        (silent, 3, &["ok", "failed: the TLS handshake: the time was up", UNKNOWN, UNKNOWN]),
        (behaves("/stall"), 3, &["ok", "ok", UNKNOWN, UNKNOWN, FAILED]),
        (behaves("/close"), 3, &["ok", "ok", UNKNOWN, UNKNOWN, FAILED]),
        (behaves("/truncated"), 3, &["ok", "ok", UNKNOWN, UNKNOWN, FAILED]),
        (at(plain.replace("http", "HTTP") + "/stall"), 3, &["ok", PLAIN, UNKNOWN, UNKNOWN, FAILED]),
    ];
    let options = include_str!("../../../docs/options.md").matches("| `MOMO_");
    let options = options.count();
    for (arguments, code, results) in rows {
        let words: Vec<_> = arguments.split(' ').chain(["--check"]).collect();
        let done = tool.run(&words);
        assert_eq!((done.code, &*done.error), (Some(code), ""), "{done:?}");
        let lines = checks(&done);
        assert_eq!(lines.len(), results.len(), "{arguments}: {lines:?}");
        let steps = ["host", "TLS", "subscription key", "credentials", "token"];
        for ((line, step), result) in lines.iter().zip(steps).zip(results) {
            let expected = format!("{step}: {result}");
            assert!(line.starts_with(&expected), "{arguments}: {line}");
        }
        let failures = done.out.matches(": failed: ").count();
        assert_eq!(failures, usize::from(code != 0), "{done:?}");
        assert!(!done.out.contains("s3cr3t"), "{done:?}");
        assert_eq!(done.out.lines().count() - lines.len(), options);
        let key = "option api_key: 32 characters, from MOMO_API_KEY\n";
        assert_eq!(done.out.contains(key), !arguments.contains("api_key"));
    }
    let mut command = tool.command(&["--check"]);
    let missing = Done::of(output(command.env_remove("MOMO_API_KEY")));
    assert_eq!(missing.code, Some(2));
    let words = "configuration: failed: option api_key is missing";
    assert!(missing.out.starts_with(words), "{missing:?}");
}

#[test]
fn a_proxy_that_is_down_is_named_with_the_variable_that_it_came_from() {
    let tool = momo_token();
    #[rustfmt::skip]
    let rows = [
        ("HTTPS_PROXY", "through proxy 127.0.0.1:1 (from HTTPS_PROXY)"),
        ("all_proxy", "through proxy 127.0.0.1:1 (from all_proxy)"),
        ("MOMO_PROXY", "through proxy 127.0.0.1:1, "),
    ];
    for (variable, words) in rows {
        let mut command = tool.command(&["--check"]);
        command.env_remove("MOMO_PROXY");
        let done = Done::of(output(command.env(variable, "http://127.0.0.1:1")));
        assert_eq!(done.code, Some(3), "{done:?}");
        let host = checks(&done)[0];
        assert!(host.starts_with("host: failed: connecting: "), "{host}");
        assert!(host.contains(words), "{host}");
    }
}

#[test]
fn a_check_warns_of_a_cache_that_cannot_be_used_and_fails_for_an_unsafe_one() {
    let tool = momo_token();
    let done = tool.run(&["--check", "--option", "cache=redis://:s3cr3t@127.0.0.1:1"]);
    let lines = checks(&done);
    assert_eq!(done.code, Some(0));
    assert!(lines[0].starts_with("warning: the cache redis://127.0.0.1:1/0 cannot be used"));
    assert_eq!((lines.len(), lines[5]), (6, "token: ok"), "{lines:?}");
    assert!(!done.out.contains("s3cr3t"));
    // Others can write to it.
    let refused = tool.run(&["--check", "--option", "cache=file:/tmp"]);
    assert_eq!(refused.code, Some(2));
    let line = "configuration: failed: option cache: ";
    assert!(refused.out.starts_with(line), "{refused:?}");
}

#[test]
fn a_check_warns_of_likely_mistakes_and_of_what_its_request_got_over() {
    let tool = momo_token();
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
