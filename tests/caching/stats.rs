//! The counters of momo_get_stats, next to what the gateway counted.

use crate::common::*;

#[test]
fn a_token_is_one_request_however_often_it_is_handed_out() {
    let gateway = Gateway::start().unwrap();
    gateway.set_delay(ms(50));
    let client = Config::mock(&gateway, "").client();
    let new = client.stats();
    assert_eq!((new.requests, new.tokens_issued), (0, 0));
    assert_eq!((new.last_request_ms, new.last_failure_status), (-1, 0));
    assert_eq!((new.token_expires_in, new.cooldown_ms), (0, 0));
    assert_eq!(new.token_origin, 0);
    for _ in 0..100 {
        client.get().unwrap();
    }
    let stats = client.stats();
    assert_eq!((stats.requests, stats.tokens_issued), (1, 1));
    assert!(stats.last_request_ms >= 50);
    assert!((3500..=3600).contains(&stats.token_expires_in));
    assert_eq!((stats.waits, stats.token_origin), (1, 1));
}

#[test]
fn each_attempt_is_a_request_and_the_last_failure_is_named() {
    let gateway = Gateway::start().unwrap();
    for (path, attempts, counted) in [
        ("/503", "1", [1, 0, 1, 0]),
        ("/503-times-2", "3", [3, 2, 2, 1]),
    ] {
        let config = Config::mock(&gateway, path);
        let client = config.set("max_attempts", attempts).client();
        let _ = client.get();
        let stats = client.stats();
        let issued = stats.tokens_issued;
        let requests = [stats.requests, stats.retries, stats.server_failures, issued];
        assert_eq!(requests, counted, "{path}");
        assert_eq!(stats.last_failure_status, MOMO_SERVER_ERROR as i64);
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() as i64;
        assert!((now - 60..=now).contains(&stats.last_failure_at));
    }
}
