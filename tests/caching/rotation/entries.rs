//! Which entry a client uses once its credentials are others, and with which token.

use super::*;

#[test]
fn the_entry_of_a_client_goes_with_its_credentials() {
    let (gateway, scratch, config) = first();
    let client = config.set("cache", "process").client();
    let old = client.get().unwrap();
    rotate(&gateway, &scratch, 2);
    let new = client.create().unwrap();
    assert_ne!(new.access_token, old.access_token);
    assert_eq!(client.token(), new.access_token);
    // A client with the new values shares it, wherever it has them from.
    let by_value = Config::mock(&gateway, "");
    by_value.set("cache", "process");
    for config in [&by_value, &config] {
        assert_eq!(config.client().token(), new.access_token);
    }
    assert_eq!(gateway.request_count(), 2);
    assert_eq!(client.stats().requests, 2);
    // What is invalidated is so for all of them.
    client.invalidate(&new.access_token);
    assert_ne!(config.client().token(), new.access_token);
}

#[test]
fn clients_that_wait_for_one_whose_credentials_have_changed_share_its_token() {
    let (gateway, scratch, config) = first();
    let clients = [0; 3].map(|_| config.set("cache", "process").client());
    rotate(&gateway, &scratch, 2);
    gateway.set_delay(ms(500));
    let tokens = std::thread::scope(|scope| {
        let calls = clients
            .each_ref()
            .map(|client| scope.spawn(|| client.get()));
        calls.map(|call| call.join().unwrap().unwrap().access_token)
    });
    assert_eq!(gateway.request_count(), 1);
    for client in &clients {
        assert_eq!(client.get_within(0).unwrap().access_token, tokens[0]);
    }
    assert_eq!(gateway.request_count(), 1);
}

#[test]
fn an_invalidated_token_stays_so_where_an_equal_client_has_taken_it_along() {
    let (gateway, scratch, config) = first();
    let [client, other] = [0; 2].map(|_| config.set("cache", "process").client());
    let token = client.token();
    rotate(&gateway, &scratch, 2);
    gateway.set_down(true);
    other.create().unwrap_err();
    assert_eq!(other.token(), token);
    client.invalidate(&token);
    client.create().unwrap_err();
    gateway.set_down(false);
    assert_ne!(client.token(), token);
    assert_ne!(other.token(), token);
}
