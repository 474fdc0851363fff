//! A connection that breaks, closes, falls silent or drips, at every place of a request.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::relay::{self, Fault, When};
use crate::common::*;

/// Enough for a slow client to come to the place of the fault.
const TIMEOUT: Duration = ms(3000);

#[derive(Debug)]
struct Row {
    scheme: &'static str,
    when: When,
    fault: Fault,
    status: momo_status,
    /// What the message may say of the place.
    phases: &'static [&'static str],
    http_status: i32,
    /// Requests that reach the gateway.
    seen: u64,
}

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    use Fault::{Close, Drip, HalfClose, Reset, Silence};
    use When::{Accepted, FirstBytes, Response};
    let handshake: &[&str] = &["the TLS handshake"];
    let send_or_wait: &[&str] = &["sending the request", "waiting for the response"];
    let (wait, read): (&[&str], &[&str]) = (&["waiting for the response"], &["reading the response"]);
    let mut rows = Vec::new();
    let mut add = |scheme, when, faults: &[Fault], status, phases, http_status, seen| {
        rows.extend(faults.iter().map(|&fault| Row { scheme, when, fault, status, phases, http_status, seen }));
    };
    let broken = [Reset, Close, HalfClose];
    let (lost, late) = (MOMO_CONNECTION_LOST, MOMO_TIMED_OUT);
    // Not a byte of the request leaves before the handshake is over.
    for when in [Accepted, FirstBytes, Response(0), Response(3), Response(100)] {
        let broken = if matches!(when, Accepted) { &broken[1..] } else { &broken[..] };
        add("https", when, broken, MOMO_TLS_FAILED, handshake, 0, 0);
        add("https", when, &[Silence], late, handshake, 0, 0);
    }
    for when in [Response(0), Response(100)] {
        add("https", when, &[Drip], late, handshake, 0, 0);
    }
    // A reset as soon as the connection is there can be met while connecting, too.
    add("http", Accepted, &[Close, HalfClose], lost, send_or_wait, 0, 0);
    add("http", Accepted, &[Silence], late, wait, 0, 0);
    for (when, seen) in [(FirstBytes, 0), (Response(0), 1)] {
        add("http", when, &broken, lost, wait, 0, seen);
        add("http", when, &[Silence], late, wait, 0, seen);
    }
    // Within the head, and within the body: its status is known, and it is no token.
    add("http", Response(30), &broken, lost, read, 0, 1);
    add("http", Response(30), &[Silence, Drip], late, read, 0, 1);
    add("http", Response(500), &broken, lost, read, 200, 1);
    add("http", Response(500), &[Silence, Drip], late, read, 200, 1);
    rows
}

impl Row {
    /// What is wrong with it.
    fn check(&self) -> Option<String> {
        let gateway = Gateway::start().unwrap();
        let address = match self.scheme {
            "https" => gateway.address(),
            _ => gateway.plain_address().unwrap(),
        };
        let relay = relay::start(address, self.when, self.fault);
        let config = Config::mock(&gateway, "");
        config.set("base_url", &relay.url(self.scheme));
        let client = config.client();
        let is_late = self.status == MOMO_TIMED_OUT;
        let start = Instant::now();
        let outcome = client.create_within(if is_late { 3000 } else { -1 });
        let spent = start.elapsed();
        let error = match outcome {
            Ok(_) => return Some(format!("{self:?}: a token")),
            Err(error) => error,
        };
        let earliest = if is_late { TIMEOUT - ms(5) } else { ms(0) };
        let right = error.status == self.status
            && error.http_status == self.http_status
            && self
                .phases
                .iter()
                .any(|phase| error.message.contains(phase))
            && gateway.request_count() == self.seen
            && (earliest..TIMEOUT + SOON).contains(&spent);
        (!right).then(|| {
            format!(
                "{self:?}: {spent:?}, {} requests, {error:?}",
                gateway.request_count()
            )
        })
    }
}

#[test]
fn a_connection_that_fails_at_any_place_ends_the_call_on_time_and_is_no_token() {
    let rows = rows();
    println!("{} faults of a connection", rows.len());
    // Some beside each other: those that time out only wait.
    let next = AtomicUsize::new(0);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let worker = || {
            let turns = std::iter::from_fn(|| rows.get(next.fetch_add(1, Ordering::Relaxed)));
            turns.filter_map(Row::check).collect::<Vec<String>>()
        };
        let workers: Vec<_> = (0..12).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .flat_map(|w| w.join().unwrap())
            .collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
