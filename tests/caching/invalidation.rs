//! Tokens that the gateway refuses elsewhere, and the pause after failures.

use std::sync::Barrier;

use crate::child::wait_for;
use crate::common::*;

#[test]
fn a_hundred_threads_that_saw_the_same_401_cause_one_request() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "/delay-50").client();
    let old = client.token();
    let barrier = Barrier::new(100);
    std::thread::scope(|scope| {
        for n in 0..100 {
            let (barrier, client, old, gateway) = (&barrier, &client, &old, &gateway);
            scope.spawn(move || {
                assert_eq!(client.token(), *old);
                barrier.wait();
                // Some are late, when there is a new one already.
                std::thread::sleep(ms(n));
                client.invalidate(old);
                let new = client.token();
                assert_eq!(new, gateway.issued()[1].token);
            });
        }
    });
    assert_eq!(gateway.request_count(), 2);
    assert_eq!(client.stats().invalidations, 1);
}

fn response(token: &str) -> String {
    let body = format!(r#"{{"access_token":"{token}","expires_in":3600}}"#);
    // It ends with its connection.
    format!("HTTP/1.1 200 OK\r\n\r\n{body}")
}

#[test]
fn an_invalidated_text_is_not_handed_out_by_momo_create_token_nor_without_a_cache() {
    for cache in ["process", "client", "none"] {
        let gateway = Gateway::start().unwrap();
        gateway.set_raw(response("one"));
        let client = Config::mock(&gateway, "/raw").set("cache", cache).client();
        assert_eq!(client.create().unwrap().access_token, "one");
        client.invalidate("one");
        for call in [Client::create, Client::get] {
            let error = fails(call(&client), MOMO_UNAUTHORIZED, &["invalidated"]);
            assert!(error.retry_after_ms > 0, "{cache}: {error:?}");
        }
        gateway.set_raw(response("two"));
        assert_eq!(client.create().unwrap().access_token, "two", "{cache}");
    }
}

#[test]
fn a_stale_token_that_is_refused_is_no_fallback_while_the_gateway_is_down() {
    let gateway = Gateway::start().unwrap();
    let (client, stale) = Config::plain(&gateway, "").with_stale_token(&gateway);
    let token = stale.access_token;
    gateway.set_down(true);
    wait_for("failed refresh", || {
        let stale = client.get().unwrap();
        assert_eq!(stale.access_token, token);
        stale.refresh_status == MOMO_SERVER_ERROR as i32
    });
    client.invalidate(&token);
    for _ in 0..50 {
        fails(client.get(), MOMO_SERVER_ERROR, &[]);
        std::thread::sleep(ms(5));
    }
}
