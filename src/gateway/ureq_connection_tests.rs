#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use momo_mock_gateway::Gateway;

use crate::gateway::test_caller::{Caller, KEPT};

fn caller(gateway: &Gateway) -> Caller {
    let credentials = gateway.credentials();
    Caller::with(&[
        ("base_url", &gateway.base_url()),
        ("ca", gateway.ca_path().to_str().unwrap()),
        ("api_user", &credentials.api_user),
        ("api_key", &credentials.api_key),
        ("subscription_key", &credentials.subscription_keys[0]),
    ])
}

#[test]
fn a_kept_connection_serves_the_next_call() {
    let gateway = Gateway::start().unwrap();
    let caller = caller(&gateway);
    for _ in 0..3 {
        assert!(caller.send().is_ok());
    }
    assert_eq!(gateway.connection_count(), 1);
}

/// That these are more than are replaced shows that none of them is tried.
#[test]
fn kept_connections_that_were_closed_meanwhile_are_not_used() {
    let gateway = Gateway::start().unwrap();
    let mut caller = caller(&gateway);
    caller.attempts = 1;
    // So that each of the calls has a connection of its own.
    gateway.set_delay(Duration::from_secs(2));
    std::thread::scope(|scope| {
        let asking: [_; KEPT] = std::array::from_fn(|_| scope.spawn(|| caller.send().is_ok()));
        assert!(asking.into_iter().all(|caller| caller.join().unwrap()));
    });
    assert_eq!(gateway.open_connections(), KEPT as u64);
    gateway.set_delay(Duration::ZERO);
    gateway.close_connections();
    while gateway.open_connections() > 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(caller.send().is_ok());
}
