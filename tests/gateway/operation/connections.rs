//! Connections, with and without TLS, and what becomes of those that are kept.

use crate::child::wait_for;
use crate::common::*;
use crate::peer::Peer;
use crate::raw;
use crate::responses::rows::below;

#[test]
fn tls_is_spoken_where_the_url_says_so_and_only_there() {
    let gateway = Gateway::start().unwrap();
    let (plain, tls) = (gateway.plain_address().unwrap(), gateway.address());
    let call = |base_url: &str| {
        let config = Config::mock(&gateway, "");
        config.set("base_url", base_url).client().create()
    };
    let plain_by_name = format!("http://localhost:{}", plain.port());
    for base_url in [gateway.base_url(), gateway.base_url_ip(), plain_by_name] {
        call(&base_url).unwrap();
    }
    call(&format!("http://{plain}")).unwrap();
    assert_eq!(gateway.request_count(), 4);
    let outcome = call(&format!("https://{plain}"));
    fails(outcome, MOMO_TLS_FAILED, &["does not respond in TLS"]);
    let e = call(&format!("http://{tls}")).unwrap_err();
    let allowed = [MOMO_INVALID_RESPONSE, MOMO_CONNECTION_LOST];
    assert!(allowed.contains(&e.status), "{e:?}");
    assert_eq!(gateway.request_count(), 4);
}

/// As over a route that begins to drop packets.
#[test]
fn a_kept_connection_that_falls_silent_costs_one_attempt() {
    let server = Peer::start(|mut stream| {
        raw::read_head(&mut stream);
        raw::send(&mut stream, &below("HTTP/1.1 200 OK\r\n"));
        raw::hold(&mut stream);
    });
    let config = server.config();
    config.set("attempt_timeout", "2s").set("max_attempts", "2");
    let client = config.client();
    client.create().unwrap();
    client.create().unwrap();
    assert_eq!(server.accepted(), 2);
}

#[test]
fn freeing_a_client_closes_its_idle_connection() {
    let gateway = Gateway::start().unwrap();
    let client = Config::mock(&gateway, "").client();
    client.create().unwrap();
    assert_eq!(gateway.open_connections(), 1);
    drop(client);
    wait_for("end of the connection", || gateway.open_connections() == 0);
}
