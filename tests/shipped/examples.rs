//! The C programs of examples-c, compiled and run as their readers would, against the mock gateway.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::artifacts::{INCLUDE, ROOT, TMP, at_gateway, library_dir, output, succeed};
use momo_mock_gateway::Gateway;
use serde_json::Value;

/// As the Makefile has it.
const STATIC: &str = "-lutil -lrt -lpthread -lm -ldl -lc";

#[derive(Clone, Copy, PartialEq)]
enum Link {
    Shared,
    Static,
}

/// One program, under a name of this test's own: tests run side by side.
fn compile(name: &str, link: Link, test: &str) -> PathBuf {
    let lib = library_dir();
    let program = PathBuf::from(TMP).join(format!("{name}-{test}"));
    let mut cc = Command::new("cc");
    cc.args([
        "-std=c99",
        "-Wall",
        "-Wextra",
        "-Wpedantic",
        "-Werror",
        "-g",
    ]);
    cc.args(["-I", INCLUDE, "-o"]).arg(&program);
    cc.arg(format!("{ROOT}/examples-c/{name}.c"))
        .arg("-pthread");
    match link {
        Link::Shared => cc
            .arg(format!("-L{}", lib.display()))
            .arg("-lmomo")
            .arg(format!("-Wl,-rpath,{}", lib.display())),
        Link::Static => cc.arg(lib.join("libmomo.a")).args(STATIC.split(' ')),
    };
    succeed(&mut cc);
    program
}

fn environment<'a>(command: &'a mut Command, gateway: &Gateway) -> &'a mut Command {
    at_gateway(command, gateway).env("MOMO_MAX_ATTEMPTS", "1")
}

fn json(bytes: &[u8]) -> Value {
    let text = std::str::from_utf8(bytes).unwrap();
    assert_eq!(text.lines().count(), 1, "one line: {text}");
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

fn is_the_token(done: &Output, gateway: &Gateway) {
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert_eq!(done.stderr, b"");
    let token = json(&done.stdout);
    let issued = gateway.issued().pop().unwrap().token;
    assert_eq!(token["access_token"], issued);
    assert_eq!(token["token_type"], "access_token");
    assert_eq!(token["authorization"], format!("Bearer {issued}"));
    let seconds = token["expires_in"].as_i64().unwrap();
    assert!((3500..=3600).contains(&seconds), "{seconds}");
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let left = token["expires_at"].as_u64().unwrap() - now;
    assert!((3500..=3601).contains(&left), "{left}");
    let refresh_in = token["refresh_in"].as_i64().unwrap();
    assert!((2780..=3000).contains(&refresh_in), "{refresh_in}");
    assert_eq!(token.as_object().unwrap().len(), 6);
}

fn is_the_failure(done: &Output, status: &str, http_status: i64, code: &str) -> String {
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    assert_eq!(done.stdout, b"");
    let error = json(&done.stderr);
    assert_eq!(error["status"], status, "{error}");
    assert_eq!(error["http_status"], http_status);
    assert_eq!(error["code"], code);
    assert_eq!(error.as_object().unwrap().len(), 4);
    error["message"].as_str().unwrap().to_owned()
}

#[test]
fn get_token_prints_the_token_as_json() {
    let gateway = Gateway::start().unwrap();
    let program = compile("get_token", Link::Shared, "token");
    let mut command = Command::new(program);
    is_the_token(&output(environment(&mut command, &gateway)), &gateway);
    assert_eq!(gateway.request_count(), 1);
}

#[test]
fn get_token_prints_why_there_is_none_as_json() {
    let gateway = Gateway::start().unwrap();
    let program = compile("get_token", Link::Shared, "failure");
    let run = |change: fn(&mut Command) -> &mut Command| {
        let mut command = Command::new(&program);
        change(environment(&mut command, &gateway));
        output(&mut command)
    };
    let wrong_key = run(|c| c.env("MOMO_API_KEY", "not the key"));
    is_the_failure(&wrong_key, "MOMO_UNAUTHORIZED", 500, "login_failed");
    let no_key = run(|c| c.env_remove("MOMO_API_KEY"));
    let message = is_the_failure(&no_key, "MOMO_INVALID_CONFIG", 0, "");
    assert!(message.contains("api_key"), "{message}");
    let nothing = run(|c| c.env_clear());
    is_the_failure(&nothing, "MOMO_INVALID_CONFIG", 0, "");
}

#[test]
fn get_token_escapes_what_the_gateway_sent() {
    let gateway = Gateway::start().unwrap();
    let body = r#"{"access_token":"abc","token_type":"a \"b\\ é\n","expires_in":3600}"#;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    gateway.set_raw(head + body);
    let program = compile("get_token", Link::Shared, "escapes");
    let mut command = Command::new(program);
    environment(&mut command, &gateway).env("MOMO_BASE_URL", gateway.base_url() + "/raw");
    let token = json(&output(&mut command).stdout);
    let token_type = token["token_type"].as_str().unwrap();
    assert!(token_type.starts_with("a \"b\\ é"), "{token_type}");
}

#[test]
fn get_token_notices_that_its_output_is_lost() {
    let gateway = Gateway::start().unwrap();
    let program = compile("get_token", Link::Shared, "full");
    let full = std::fs::File::options().write(true).open("/dev/full");
    let mut command = Command::new(program);
    let done = environment(&mut command, &gateway)
        .stdout(full.unwrap())
        .output();
    assert_eq!(done.unwrap().status.code(), Some(1));
}

#[test]
fn minimal_prints_the_header_to_send() {
    let gateway = Gateway::start().unwrap();
    let program = compile("minimal", Link::Shared, "token");
    let mut command = Command::new(&program);
    let done = output(environment(&mut command, &gateway));
    let issued = gateway.issued().pop().unwrap().token;
    assert_eq!(done.status.code(), Some(0));
    let out = String::from_utf8(done.stdout).unwrap();
    assert_eq!(out, format!("Authorization: Bearer {issued}\n"));
    let nothing = output(Command::new(&program).env_clear());
    assert_eq!(nothing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("api_user"));
}

#[test]
fn threads_share_one_token() {
    let gateway = Gateway::start().unwrap();
    let program = compile("threads", Link::Shared, "token");
    let mut command = Command::new(&program);
    let done = output(environment(&mut command, &gateway).args(["16", "2000"]));
    let out = String::from_utf8(done.stdout).unwrap();
    let expected = "16 threads, 32000 calls, 0 failures, ";
    assert!(out.starts_with(expected), "{out}");
    assert_eq!(done.status.code(), Some(0));
    assert_eq!(gateway.request_count(), 1);
    let mut wrong = Command::new(&program);
    let done = output(environment(&mut wrong, &gateway).env("MOMO_API_KEY", "not the key"));
    assert_eq!(done.status.code(), Some(1));
    let usage = output(Command::new(&program).arg("none"));
    assert_eq!(usage.status.code(), Some(2));
}

#[test]
fn the_static_library_does_the_same() {
    let gateway = Gateway::start().unwrap();
    for name in ["minimal", "threads", "get_token"] {
        let program = compile(name, Link::Static, "static");
        let libraries = succeed(Command::new("readelf").arg("-dW").arg(&program));
        assert!(!libraries.contains("libmomo"), "{libraries}");
        let mut command = Command::new(program);
        let done = output(environment(&mut command, &gateway));
        assert_eq!(done.status.code(), Some(0), "{name}: {done:?}");
        if name == "get_token" {
            is_the_token(&done, &gateway);
        }
    }
}

/// Over plain http, so that nothing of ring's comes into it and no report has to be suppressed:
/// the library that is released. Over TLS: the one that the tests link, which has symbols.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Plain,
    Tls,
}

fn valgrind(way: Way, name: &str, arguments: &[&str], api_key: Option<&str>) {
    let gateway = Gateway::start().unwrap();
    let test = format!("valgrind-{}-{}", way == Way::Tls, api_key.is_some());
    let program = compile(name, Link::Shared, &test);
    let mut command = crate::valgrind();
    environment(&mut command, &gateway);
    match way {
        Way::Plain => command.env("MOMO_BASE_URL", gateway.plain_base_url()),
        Way::Tls => command
            .arg("--num-callers=40")
            .arg(format!("--suppressions={ROOT}/tests/valgrind.supp"))
            .env("LD_PRELOAD", library_with_symbols()),
    };
    command.arg(program).args(arguments);
    if let Some(api_key) = api_key {
        command.env("MOMO_API_KEY", api_key);
    }
    let done = output(&mut command);
    let error = String::from_utf8_lossy(&done.stderr);
    let expected = i32::from(api_key.is_some());
    assert_eq!(done.status.code(), Some(expected), "{error}");
}

/// Beside the test program: Cargo built it along with the Rust library.
fn library_with_symbols() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.with_file_name("libmomo.so")
}

#[test]
fn valgrind_finds_nothing_in_minimal() {
    valgrind(Way::Plain, "minimal", &[], None);
}

#[test]
fn valgrind_finds_nothing_in_get_token() {
    valgrind(Way::Plain, "get_token", &[], None);
    valgrind(Way::Plain, "get_token", &[], Some("not the key"));
}

#[test]
fn valgrind_finds_nothing_in_threads() {
    valgrind(Way::Plain, "threads", &["4", "50"], None);
}

#[test]
fn valgrind_finds_nothing_over_tls() {
    valgrind(Way::Tls, "get_token", &[], None);
    valgrind(Way::Tls, "get_token", &[], Some("not the key"));
}

#[test]
fn minimal_is_short() {
    let source = include_str!("../../examples-c/minimal.c");
    assert!(source.lines().count() < 25);
}
