//! Every failure there is, by servers that say again what they were told.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::marks::*;
use crate::common::*;
use crate::peer::Peer;
use crate::raw;

fn gateway() -> Gateway {
    let gateway = Gateway::builder()
        .credentials(credentials())
        .start()
        .unwrap();
    gateway.set_raw("HTTP/1.1 500 Failed\r\n\r\n");
    gateway
}

fn config(gateway: &Gateway, base_url: &str) -> (Config, Log) {
    let config = Config::mock(gateway, "");
    mark(&config);
    config.set("base_url", base_url).set("timeout", "300ms");
    let log = config.log();
    (config, log)
}

#[test]
fn no_behaviour_of_the_gateway_brings_a_mark_to_light() {
    let gateway = gateway();
    let marks = marks();
    let mut paths: Vec<_> = momo_mock_gateway::behaviours()
        .map(|(name, _)| format!("/{}", name.replace('N', "40")))
        .collect();
    let echoes = [
        200, 201, 204, 300, 302, 308, 400, 401, 403, 404, 407, 418, 429, 500, 501, 502, 503, 504,
        599, 600, 999,
    ];
    paths.extend(echoes.map(|status| format!("/echo-{status}")));
    let mut failures = 0;
    for path in &paths {
        let (config, log) = config(&gateway, &(gateway.base_url() + path));
        let client = config.client();
        let outcomes = [client.create(), client.get(), client.get_within(0)];
        for e in outcomes.into_iter().filter_map(Result::err) {
            failures += 1;
            let said = said(&e, &log);
            assert_eq!(marks.seen_in(&said), None, "{path}: {said}");
            for issued in gateway.issued() {
                let token = of_token(&issued.token);
                assert_eq!(token.seen_in(&said), None, "{path}: {said}");
            }
        }
        // What succeeds is logged too.
        assert_eq!(marks.seen_in(&log.text()), None, "{path}");
        gateway.reset();
    }
    let count = paths.len();
    assert!(failures > count, "{count} behaviours, {failures} failures");
}

#[test]
fn a_token_cut_at_any_byte_stays_hidden() {
    let gateway = gateway();
    let base = gateway.plain_base_url();
    let (probe, _) = config(&gateway, &base);
    let token = probe.client().create().unwrap().access_token;
    let length =
        token.len() + r#"{"access_token":"","token_type":"access_token","expires_in":3600}"#.len();
    let marks = marks();
    let mut tries = 0;
    for cut in 0..=length {
        for status in ["", "-200"] {
            gateway.reset();
            let (config, log) = config(&gateway, &format!("{base}/token-cut-at-{cut}{status}"));
            // None of these hangs, and on a busy machine each has to be the whole response.
            config.set("timeout", "20s").set("max_attempts", "1");
            let outcome = config.client().create();
            let issued = &gateway.issued()[0].token;
            let said = match &outcome {
                Ok(_) => {
                    assert!(cut == length && status == "-200", "a token cut at {cut}");
                    log.text()
                }
                Err(e) => said(e, &log),
            };
            assert_eq!(of_token(issued).seen_in(&said), None, "{cut}: {said}");
            assert_eq!(marks.seen_in(&said), None, "{cut}: {said}");
            tries += 1;
        }
    }
    println!("{tries} responses with a cut token");
}

/// Answers each request with what the test has set.
fn parrot() -> (Peer, Arc<Mutex<Vec<u8>>>) {
    let response = Arc::new(Mutex::new(Vec::new()));
    let next = Arc::clone(&response);
    let server = Peer::start(move |mut stream| {
        raw::read_head(&mut stream);
        let bytes = next.lock().unwrap().clone();
        raw::send(&mut stream, &bytes);
        raw::close(stream);
    });
    (server, response)
}

/// The places of a response where a piece of a secret may stand; `{}` is the piece.
const PLACES: &[&str] = &[
    "HTTP/1.1 500 X\r\n\r\n{}",
    "HTTP/1.1 400 X\r\n\r\nAuthorization: Basic {}, and so on",
    "HTTP/1.1 403 X\r\n\r\n{\"error\":\"{}\",\"code\":\"{}\",\"message\":\"{}\",\"activityId\":\"{}\"}",
    "HTTP/1.1 401 {}\r\nWWW-Authenticate: {}\r\n\r\n",
    "HTTP/1.1 302 X\r\nLocation: https://{}.invalid/{}\r\n\r\n",
    "HTTP/1.1 302 X\r\nLocation: {}\r\n\r\n",
    "HTTP/1.1 429 X\r\nRetry-After: {}\r\n\r\n{\"message\":\"Try again in {} seconds.\"}",
    "HTTP/1.1 200 X\r\n\r\n{\"access_token\":\"{}\\u0000\",\"token_type\":\"{}\"}",
    "HTTP/1.1 200 X\r\n\r\nRequest Rejected {} support ID: {}",
    "HTTP/1.1 200 X\r\nContent-Length: {}\r\n\r\n",
    "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n{}\r\n",
    "HTTP/1.1 {} X\r\n\r\n",
    "{}",
    "HTTP/1.1 200 X\r\n{}\r\n\r\n",
];

/// Has a server say these pieces, and looks at what a client of it tells. A piece comes with its
/// position, and is said in a third of the places: each position in several, each place with many.
fn try_pieces(
    config: &Config,
    response: &Mutex<Vec<u8>>,
    pieces: impl IntoIterator<Item = (usize, String)>,
) {
    let marks = marks();
    let log = config.log();
    let client = config.client();
    for (position, piece) in pieces {
        for place in PLACES.iter().skip(position % 3).step_by(3) {
            *response.lock().unwrap() = place.replace("{}", &piece).into_bytes();
            if let Err(e) = client.create() {
                let seen = marks.seen_in(&words(&e));
                assert_eq!(seen, None, "{place:?}, {piece}: {e:?}");
            }
        }
    }
    assert!(!log.lines().is_empty());
    assert_eq!(marks.seen_in(&log.text()), None);
}

/// Both parts of a text that is torn at each of these positions.
fn torn(whole: &str, step: usize) -> impl Iterator<Item = (usize, String)> {
    let cuts = (0..=whole.len()).step_by(step);
    cuts.flat_map(|cut| [&whole[..cut], &whole[cut..]].map(|piece| (cut, piece.to_owned())))
}

#[test]
fn a_credential_torn_anywhere_stays_hidden_wherever_it_stands() {
    let (server, response) = parrot();
    let config = server.config();
    mark(&config);
    let others = [
        PRIMARY.to_owned(),
        KEY.to_owned(),
        percent(USER, ""),
        percent(&format!("{USER}:{KEY}"), "-._~"),
        // Inside a longer text: a whole request, say, that something has encoded.
        STANDARD.encode(format!("Authorization: {USER}:{KEY};")),
    ];
    // The header of every request is torn at every byte, the others at every seventh.
    let basic = STANDARD.encode(format!("{USER}:{KEY}"));
    let others = others.iter().flat_map(|other| torn(other, 7));
    try_pieces(&config, &response, torn(&basic, 1).chain(others));
}

#[test]
fn what_a_proxy_is_told_stays_hidden() {
    let (server, response) = parrot();
    let (user, password) = (percent(PROXY_USER, ""), percent(PROXY_PASSWORD, ""));
    let user_info = format!("{user}:{password}");
    let basic = STANDARD.encode(format!("{PROXY_USER}:{PROXY_PASSWORD}"));
    let config = raw::config("https://gateway.invalid");
    mark(&config);
    config.set("proxy", &format!("http://{user_info}@{}", server.address));
    let whole = [PROXY_PASSWORD, PROXY_USER, &user_info, &basic];
    let whole = whole.map(str::to_owned).into_iter().cycle().enumerate();
    try_pieces(&config, &response, torn(&basic, 1).chain(whole.take(12)));
}
