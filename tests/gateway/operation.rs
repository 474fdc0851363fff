//! The operation, by every behaviour of the mock gateway.

mod behaviours;
mod certificates;
mod connections;
mod request;
mod retries;
mod subscription_keys;

use crate::common::*;

#[test]
fn a_token_comes_as_the_gateway_sent_it() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "").client();
    let token = client.create().unwrap();
    assert_eq!(token.access_token, gateway.issued()[0].token);
    assert_eq!(token.token_type, "access_token");
    assert_eq!(token.lifetime, 3600);
    assert!((3500..=3600).contains(&token.expires_in));
    assert_eq!(gateway.request_count(), 1);
    let second = client.create().unwrap();
    assert_ne!(second.access_token, token.access_token);
    assert_eq!(gateway.connection_count(), 1, "the connection is kept");
}
