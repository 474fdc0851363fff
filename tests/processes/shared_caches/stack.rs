//! How little stack a call needs, whatever a server sends.

use std::io::{Read, Write};
use std::net::TcpListener;

use momo_mock_gateway::Gateway;

use super::process::Setting;
use crate::host::{Link, compile};
use crate::place::Place;

fn runs_in(setting: &Setting, kib: &str) -> bool {
    let done = setting.command(&[kib]).output().unwrap();
    assert!(
        done.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    done.status.success()
}

#[test]
fn a_call_that_shares_its_token_needs_no_more_than_64_kib_of_stack() {
    Place::both(|place, name| {
        let gateway = Gateway::start().unwrap();
        let mut setting = Setting::new(&format!("stack-{name}"), &gateway, "", &place.option());
        setting.program = compile("small_stack.c", Link::Shared, &format!("stack-{name}"));
        // To ask, then to take what is shared.
        for _ in 0..2 {
            assert!(runs_in(&setting, "64"));
        }
        assert_eq!(gateway.request_count(), 1);
    });
}

/// Arrays within arrays: what reads them calls itself.
#[test]
fn replies_within_replies_need_no_more_stack() {
    let gateway = Gateway::start().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let cache = format!("redis://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(&b"*1\r\n".repeat(8000));
        }
    });
    let mut setting = Setting::new("nested", &gateway, "", &cache);
    setting.program = compile("small_stack.c", Link::Shared, "nested");
    assert!(runs_in(&setting, "64"));
    assert_eq!(gateway.request_count(), 1);
}
