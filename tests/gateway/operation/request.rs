//! The request, field by field, and that nothing else is ever sent.

use std::io::ErrorKind;
use std::net::TcpListener;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::common::*;
use crate::peer::Peer;
use crate::raw;

#[test]
fn the_request_is_exactly_this() {
    let gateway = Gateway::start().unwrap();
    let credentials = gateway.credentials();
    let pair = format!("{}:{}", credentials.api_user, credentials.api_key);
    let basic = format!("Basic {}", STANDARD.encode(pair));
    let host = gateway.plain_address().unwrap().to_string();
    let own = concat!("libmomo/", env!("CARGO_PKG_VERSION"));
    let named = concat!("Shop/7 (test) libmomo/", env!("CARGO_PKG_VERSION"));
    // Below the base, product, user_agent, path, User-Agent.
    #[rustfmt::skip]
    let rows = [
        ("", "disbursement", "", "/disbursement/token/", own),
        ("/", "collection", "", "/collection/token/", own),
        ("/age-1/age-2", "remittance", "", "/age-1/age-2/remittance/token/", own),
        ("/age-1/", "disbursement", "Shop/7 (test)", "/age-1/disbursement/token/", named),
    ];
    for (base, product, user_agent, path, agent) in rows {
        let config = Config::plain(&gateway, base);
        config.set("product", product).set("user_agent", user_agent);
        let client = config.client();
        let _ = (client.create(), client.create(), config.client().get());
        let requests = gateway.take_requests();
        assert_eq!(requests.len(), 3, "one for each call");
        for (request, is_last) in requests.iter().zip([false, false, true]) {
            let mut expected = vec![
                ("user-agent", agent),
                ("host", &host),
                ("authorization", &basic),
                (
                    "ocp-apim-subscription-key",
                    &credentials.subscription_keys[0],
                ),
                ("content-length", "0"),
            ];
            // A refresh leaves no connection open.
            expected.extend(is_last.then_some(("connection", "close")));
            let headers = request
                .headers
                .iter()
                .map(|(n, v)| (n.as_str(), v.as_str()));
            assert_eq!(headers.collect::<Vec<_>>(), expected, "{path}");
            let line = (request.method.as_str(), request.path.as_str());
            assert_eq!(line, ("POST", path));
            assert!(request.body.is_empty(), "{path}");
        }
    }
}

#[test]
fn a_redirect_is_not_followed_and_no_key_goes_elsewhere() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let target = elsewhere.local_addr().unwrap();
    for status in [300, 301, 302, 303, 304, 307, 308, 399] {
        let server = Peer::start(move |mut stream| {
            raw::read_head(&mut stream);
            let head = format!(
                "HTTP/1.1 {status} Moved\r\nLocation: http://{target}/disbursement/token/\r\n\
                 Content-Length: 0\r\n\r\n"
            );
            raw::send(&mut stream, head.as_bytes());
            raw::close(stream);
        });
        let client = server.config().set("max_attempts", "3").client();
        let words = "a redirect to 127.0.0.1";
        let e = fails(client.create(), MOMO_UNEXPECTED_STATUS, &[words]);
        assert_eq!(e.http_status, status, "{e:?}");
        let nobody = elsewhere.accept().unwrap_err();
        assert_eq!(nobody.kind(), ErrorKind::WouldBlock, "{status}");
    }
}
