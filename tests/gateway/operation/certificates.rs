//! Which servers are spoken to.

use momo_mock_gateway::ServerCertificate::{self, *};

use crate::common::*;

#[test]
fn a_certificate_that_breaks_a_rule_is_refused_by_that_rule() {
    let rows: [(ServerCertificate, &str); 4] = [
        (Expired, "it has expired"),
        (NotYetValid, "it is not valid yet"),
        (OtherName, "it is not for this host name"),
        (UnknownAuthority, "its issuer is not trusted"),
    ];
    for (certificate, rule) in rows {
        for tls12_only in [false, true] {
            let builder = Gateway::builder().certificate(certificate);
            let gateway = builder.tls12_only(tls12_only).start().unwrap();
            let e = Config::mock(&gateway, "").client().create().unwrap_err();
            assert_eq!(e.status, MOMO_TLS_FAILED, "{certificate:?}: {e:?}");
            assert_eq!((e.http_status, e.retry_after_ms), (0, -1));
            assert!(e.message.contains(rule), "{certificate:?}: {e:?}");
            assert!(e.message.contains("the TLS handshake: "), "{e:?}");
            assert_eq!(gateway.request_count(), 0, "no key was sent");
        }
    }
}

#[test]
fn an_authority_that_is_not_in_the_file_is_not_trusted() {
    let (gateway, other) = (Gateway::start().unwrap(), Gateway::start().unwrap());
    for ca in ["mozilla", other.ca_path().to_str().unwrap()] {
        let config = Config::mock(&gateway, "");
        let e = config.set("ca", ca).client().create().unwrap_err();
        assert_eq!(e.status, MOMO_TLS_FAILED, "{ca}: {e:?}");
        assert!(e.message.contains("its issuer is not trusted"), "{e:?}");
    }
    assert_eq!(gateway.request_count(), 0, "no key was sent");
}

#[test]
fn a_server_that_speaks_tls_1_2_only_is_served() {
    let gateway = Gateway::builder().tls12_only(true).start().unwrap();
    let client = Config::mock(&gateway, "").client();
    client.create().unwrap();
    client.create().unwrap();
    assert_eq!(gateway.connection_count(), 1);
}

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
