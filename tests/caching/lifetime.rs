//! Fresh, stale, expired: what a token's age does to a call.

use crate::child::wait_for;
use crate::common::*;

/// The gateway says nothing to the refresh, and so a call that waited would tell of its time-out.
#[test]
fn while_a_stale_token_is_refreshed_only_the_caller_that_asks_itself_waits() {
    for (refresh, status) in [("background", MOMO_OK), ("caller", MOMO_TIMED_OUT)] {
        let gateway = Gateway::start().unwrap();
        let config = Config::plain(&gateway, "");
        let (client, stale) = config.set("refresh", refresh).with_stale_token(&gateway);
        gateway.set_behaviour("/stall");
        let get = || {
            let token = client.get().unwrap();
            assert_eq!(token.access_token, stale.access_token, "{refresh}");
            assert_eq!(token.refresh_in, 0, "{refresh}");
            token.refresh_status
        };
        std::thread::scope(|scope| {
            let first = scope.spawn(get);
            wait_for("refresh", || gateway.request_count() == 2);
            for _ in 0..16 {
                scope.spawn(|| (0..100).for_each(|_| assert_eq!(get(), MOMO_OK as i32)));
            }
            assert_eq!(first.join().unwrap(), status as i32, "{refresh}");
        });
        // It is ended well before the token's end.
        wait_for("its end", || get() == MOMO_TIMED_OUT as i32);
        assert_eq!(gateway.request_count(), 2, "{refresh}");
    }
}

#[test]
fn a_refresh_outlives_the_client_that_began_it_and_its_equal_uses_and_logs_it() {
    let gateway = Gateway::start().unwrap();
    let config = Config::plain(&gateway, "");
    let (quiet, stale) = config.with_stale_token(&gateway);
    let log = config.log();
    let client = config.client();
    gateway.set_delay(ms(500));
    quiet.get().unwrap();
    drop(quiet);
    let is_new = || client.token() != stale.access_token;
    wait_for("new token", is_new);
    // The stale one, and this one, whose line a call may be too early for: each is told once.
    let told = || log.text().matches("issued a token").count();
    wait_for("line", || {
        client.token() != stale.access_token && told() >= 2
    });
    assert_eq!(told(), 2);
    assert_eq!(gateway.request_count(), 2);
}

#[test]
fn a_request_that_fails_after_another_has_brought_a_token_concerns_nobody() {
    let gateway = Gateway::start().unwrap();
    let config = Config::plain(&gateway, "");
    let client = config.set("timeout", "2s").client();
    gateway.set_behaviour("/stall");
    client.get_within(0).unwrap_err();
    wait_for("request", || gateway.request_count() == 1);
    gateway.set_behaviour("");
    client.create().unwrap();
    let timed_out = MOMO_TIMED_OUT as i64;
    wait_for("its end", || {
        client.stats().last_failure_status == timed_out
    });
    std::thread::sleep(ms(200));
    assert_eq!(client.stats().cooldown_ms, 0);
    assert_eq!(client.get().unwrap().refresh_status, MOMO_OK as i32);
    assert_eq!(gateway.request_count(), 2);
}

#[test]
fn a_token_s_life_counts_from_the_start_of_its_request() {
    let gateway = Gateway::start().unwrap();
    let client = Config::plain(&gateway, "/hold-2000").client();
    let token = client.get().unwrap();
    assert_eq!(token.lifetime, 3600);
    assert!((3000..=3598).contains(&token.expires_in));
}

#[test]
fn a_response_that_a_cache_has_kept_is_used_for_what_is_left_of_it() {
    let gateway = Gateway::start().unwrap();
    // A tenth of the lifetime is left: it is stale at once, and so would the next one be.
    let client = Config::plain(&gateway, "/age-3240").client();
    let token = client.get().unwrap();
    assert_eq!(token.lifetime, 3600);
    assert!((300..=360).contains(&token.expires_in), "{token:?}");
    for _ in 0..100 {
        let status = client.get().unwrap().refresh_status;
        assert_eq!(status, MOMO_INVALID_RESPONSE as i32);
    }
    // Of one that is stale when it arrives, the next is asked for after five seconds.
    assert!(gateway.request_count() <= 2, "{}", gateway.request_count());
}

#[test]
fn a_token_that_has_expired_on_its_way_is_handed_out_by_no_call() {
    let gateway = Gateway::start().unwrap();
    // As good as expired, more than that, and by its own time.
    for path in ["/age-3595", "/age-99999999999", "/delay-1200/lifetime-1"] {
        for call in [Client::create, Client::get] {
            let outcome = call(&Config::plain(&gateway, path).client());
            fails(outcome, MOMO_INVALID_RESPONSE, &["already expired"]);
        }
    }
}
