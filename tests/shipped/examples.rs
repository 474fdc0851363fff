//! The C programs of examples-c, against the mock gateway: what the table of bindings/scenarios.json,
//! which scripts/languages.py gives to them, does not ask.

use std::fs::File;

use crate::artifacts::output;
use crate::program::{Done, Program};

fn example(name: &str) -> Program {
    Program::new(&format!("examples-c/{name}.c"))
}

#[test]
fn get_token_escapes_what_the_gateway_sent() {
    let program = example("get_token");
    let body = r#"{"access_token":"abc","token_type":"a \"b\\ é\n","expires_in":3600}"#;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    program.gateway.set_raw(head + body);
    let mut command = program.command(&[]);
    command.env("MOMO_BASE_URL", program.gateway.base_url() + "/raw");
    let done = Done::of(output(&mut command));
    let token: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    let token_type = token["token_type"].as_str().unwrap();
    assert!(token_type.starts_with("a \"b\\ é"), "{token_type}");
}

#[test]
fn get_token_notices_that_its_output_is_lost() {
    let mut command = example("get_token").command(&[]);
    let done = command.stdout(File::create("/dev/full").unwrap()).output();
    assert_eq!(done.unwrap().status.code(), Some(1));
}

#[test]
fn minimal_is_short_and_says_what_is_missing() {
    let source = include_str!("../../examples-c/minimal.c");
    assert!(source.lines().count() < 25);
    let program = example("minimal");
    let nothing = Done::of(output(program.command(&[]).env_clear()));
    assert_eq!(nothing.code, Some(1));
    assert!(nothing.error.contains("api_user"), "{nothing:?}");
}

#[test]
fn threads_share_one_token() {
    let program = example("threads");
    let done = program.run(&[]);
    let expected = "8 threads, 8000 calls, 0 failures\n";
    assert_eq!((done.code, &*done.out), (Some(0), expected), "{done:?}");
    assert_eq!(program.gateway.request_count(), 1);
    let wrong = output(program.command(&[]).env("MOMO_API_KEY", "not the key"));
    assert_eq!(wrong.status.code(), Some(1));
}
