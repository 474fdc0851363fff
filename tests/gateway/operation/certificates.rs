//! Which servers are spoken to: with and without TLS. tests/security/tls has their certificates.

use crate::common::*;

#[test]
fn a_server_without_tls_at_an_https_url_is_refused() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "");
    let plain = gateway.plain_address().unwrap();
    config.set("base_url", &format!("https://{plain}"));
    let e = config.client().create().unwrap_err();
    assert_eq!(e.status, MOMO_TLS_FAILED, "{e:?}");
    assert!(e.message.contains("does not respond in TLS"), "{e:?}");
    assert_eq!(gateway.request_count(), 0);
}

#[test]
fn a_name_or_an_address_of_this_machine_serves_with_and_without_tls() {
    let gateway = Gateway::start().unwrap();
    let port = gateway.plain_address().unwrap().port();
    for base_url in [
        gateway.base_url(),
        gateway.base_url_ip(),
        gateway.plain_base_url(),
        format!("http://localhost:{port}"),
    ] {
        let config = Config::mock(&gateway, "");
        let token = config.set("base_url", &base_url).client().create();
        assert!(token.is_ok(), "{base_url}: {token:?}");
    }
}

#[test]
fn a_server_with_tls_at_a_plain_url_is_a_failure_without_harm() {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, "");
    let address = gateway.address();
    config.set("base_url", &format!("http://{address}"));
    let e = config.client().create().unwrap_err();
    let allowed = [MOMO_INVALID_RESPONSE, MOMO_CONNECTION_LOST];
    assert!(allowed.contains(&e.status), "{e:?}");
}
