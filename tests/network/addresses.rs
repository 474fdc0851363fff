//! Hosts with several addresses, some of which do not respond: RFC 8305, as a caller sees it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs};
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::child::wait_for;
use crate::common::*;
use crate::names::{at, with_names};
use crate::peer::{BlackHole, descriptors};

const BOTH: &str = "::1 gateway.test\n127.0.0.1 gateway.test\n";

/// The pause before the next address is tried.
const DELAY: Duration = ms(250);

/// From the earliest moment at which something can happen. Who waits for the first address has a
/// minute.
fn from(earliest: Duration) -> Range<Duration> {
    earliest.saturating_sub(ms(5))..earliest + SOON
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    (work(), start.elapsed())
}

/// A gateway at the last of the addresses of `gateway.test`, the only one at which somebody listens.
fn gateway_at(ip: impl Into<IpAddr>) -> Gateway {
    let listen = SocketAddr::new(ip.into(), 0);
    let gateway = Gateway::builder().listen(listen).start().unwrap();
    let mut order = ("gateway.test", 0).to_socket_addrs().unwrap();
    let first = order.next().unwrap().ip();
    assert_ne!(first, listen.ip(), "is not tried first");
    gateway
}

/// Of 127.0.0.0/24, and the hosts file in which they are those of `gateway.test`.
fn addresses(octets: std::ops::RangeInclusive<u8>) -> (Vec<Ipv4Addr>, String) {
    let ips: Vec<_> = octets.map(|n| Ipv4Addr::new(127, 0, 0, n)).collect();
    let lines = ips.iter().map(|ip| format!("{ip} gateway.test\n"));
    let lines = lines.collect();
    (ips, lines)
}

#[test]
fn a_dead_route_of_ipv6_costs_a_quarter_of_a_second() {
    with_names(BOTH, || {
        let gateway = gateway_at(Ipv4Addr::LOCALHOST);
        let _hole = BlackHole::at(Ipv6Addr::LOCALHOST, gateway.address().port());
        let before = descriptors();
        let client = at(&gateway, "gateway.test").client();
        let (token, spent) = timed(|| client.create());
        token.unwrap();
        assert!(from(DELAY).contains(&spent), "{spent:?}");
        // The connection to the gateway is kept, both its ends being in this process.
        wait_for("the end of the other", || descriptors() == before + 2);
    });
}

#[test]
fn an_address_that_refuses_costs_no_time() {
    let (addresses, hosts) = addresses(2..=33);
    with_names(&hosts, || {
        let gateway = gateway_at(*addresses.last().unwrap());
        let client = at(&gateway, "gateway.test").client();
        let (token, spent) = timed(|| client.create());
        token.unwrap();
        // There are 31 before it.
        assert!(spent < DELAY * 30, "{spent:?}");
    });
}

#[test]
fn ten_dead_addresses_and_a_good_one_give_a_token() {
    let (addresses, hosts) = addresses(2..=12);
    with_names(&hosts, || {
        let (good, dead) = addresses.split_last().unwrap();
        let gateway = gateway_at(*good);
        let port = gateway.address().port();
        let _holes: Vec<BlackHole> = dead.iter().map(|ip| BlackHole::at(*ip, port)).collect();
        let before = descriptors();
        let client = at(&gateway, "gateway.test").client();
        let (token, spent) = timed(|| client.create());
        token.unwrap();
        assert!(from(DELAY * 10).contains(&spent), "{spent:?}");
        wait_for("the end of the others", || descriptors() == before + 2);
    });
}

#[test]
fn an_address_that_responds_late_wins_over_one_that_never_does() {
    with_names(BOTH, || {
        let gateway = Gateway::start().unwrap();
        let late = BlackHole::at(Ipv6Addr::LOCALHOST, 0);
        let port = late.address.port();
        let _never = BlackHole::at(Ipv4Addr::LOCALHOST, port);
        let config = at(&gateway, "gateway.test");
        config.set("base_url", &format!("https://gateway.test:{port}"));
        let before = descriptors();
        let client = config.client();
        let outcome = std::thread::scope(|scope| {
            let call = scope.spawn(|| client.create());
            wait_for("both addresses", || descriptors() == before + 2);
            // The kernel knocks again a second after the first time.
            late.make_room();
            wait_for("the second knock", || {
                while late.has_taken_one() {}
                call.is_finished()
            });
            call.join().unwrap()
        });
        // It was connected, though nobody speaks TLS there.
        fails(outcome, MOMO_TLS_FAILED, &["the TLS handshake"]);
    });
}

#[test]
fn where_ipv6_is_switched_off_its_addresses_are_passed_over() {
    with_names(BOTH, || {
        let switch = "/proc/sys/net/ipv6/conf/all/disable_ipv6";
        std::fs::write(switch, "1").unwrap();
        let gateway = Gateway::start().unwrap();
        let no_address = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).unwrap_err();
        assert_eq!(no_address.raw_os_error(), Some(libc::EADDRNOTAVAIL));
        let client = at(&gateway, "gateway.test").client();
        client.create().unwrap();
        // What is said is what the other address failed with.
        let port = gateway.address().port();
        drop(gateway);
        let refused = format!("127.0.0.1:{port} cannot be reached");
        fails(client.create(), MOMO_CONNECT_FAILED, &[&refused]);
    });
}

#[test]
fn where_every_address_is_dead_the_time_for_connecting_ends_the_attempt() {
    with_names(BOTH, || {
        let gateway = Gateway::start().unwrap();
        let hole = BlackHole::start();
        let port = hole.address.port();
        let _other = BlackHole::at(Ipv6Addr::LOCALHOST, port);
        let config = at(&gateway, "gateway.test");
        config.set("base_url", &format!("https://gateway.test:{port}"));
        config.set("connect_timeout", "1s");
        let before = descriptors();
        let client = config.client();
        let (outcome, spent) = timed(|| client.create());
        fails(outcome, MOMO_TIMED_OUT, &["connecting"]);
        assert!(from(ms(1000)).contains(&spent), "{spent:?}");
        assert_eq!(descriptors(), before);
    });
}
