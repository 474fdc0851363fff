//! Tokens that the gateway refuses elsewhere, and the pause after failures.

use std::sync::Barrier;

use crate::child::wait_for;
use crate::common::*;

#[test]
fn a_hundred_threads_that_saw_the_same_401_cause_one_request() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "/delay-50").client();
    let old = client.get().unwrap().access_token;
    let barrier = Barrier::new(100);
    std::thread::scope(|scope| {
        for n in 0..100 {
            let (barrier, client, old, gateway) = (&barrier, &client, &old, &gateway);
            scope.spawn(move || {
                assert_eq!(client.get().unwrap().access_token, *old);
                barrier.wait();
                // Some are late, when there is a new one already.
                std::thread::sleep(ms(n));
                client.invalidate(old);
                let new = client.get().unwrap().access_token;
                assert_eq!(new, gateway.issued()[1].token);
            });
        }
    });
    assert_eq!(gateway.request_count(), 2);
}

#[test]
fn invalidating_a_token_that_is_not_current_does_nothing() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "").client();
    client.invalidate("none.yet");
    let old = client.get().unwrap().access_token;
    let new = client.create().unwrap().access_token;
    for text in [old.as_str(), "", "foreign", &new[..new.len() - 1]] {
        client.invalidate(text);
        assert_eq!(client.get().unwrap().access_token, new, "{text}");
    }
    assert_eq!(gateway.request_count(), 2);
    // Of equal clients each may do it; clients that share nothing cannot.
    let config = Config::mock(&gateway, "");
    let shared = [(); 2].map(|()| config.set("cache", "process").client());
    let token = shared[0].get().unwrap().access_token;
    client.invalidate(&token);
    assert_eq!(shared[0].get().unwrap().access_token, token);
    shared[1].invalidate(&token);
    assert_ne!(shared[0].get().unwrap().access_token, token);
}

fn response(token: &str) -> String {
    let body = format!(r#"{{"access_token":"{token}","expires_in":3600}}"#);
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
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
            let error = call(&client).unwrap_err();
            assert_eq!(error.status, MOMO_UNAUTHORIZED, "{cache}");
            assert!(error.message.contains("invalidated"), "{}", error.message);
            assert!(
                error.retry_after_ms > 0,
                "{cache}: {}",
                error.retry_after_ms
            );
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
        let error = client.get().unwrap_err();
        assert_eq!(error.status, MOMO_SERVER_ERROR, "{}", error.message);
        std::thread::sleep(ms(5));
    }
}

#[test]
fn a_thousand_calls_with_a_wrong_key_are_one_request() {
    let gateway = Gateway::start().unwrap();
    for (option, status) in [
        ("api_key", MOMO_UNAUTHORIZED),
        ("subscription_key", MOMO_SUBSCRIPTION_KEY_REFUSED),
    ] {
        gateway.reset();
        let config = Config::mock(&gateway, "");
        let client = config.set(option, "0000-wrong-0000").client();
        for _ in 0..1000 {
            let error = client.get().unwrap_err();
            assert_eq!(error.status, status, "{}", error.message);
        }
        assert_eq!(gateway.request_count(), 1);
    }
}
