#![allow(clippy::unwrap_used)]

use super::*;

fn ips(list: &str) -> Vec<IpAddr> {
    list.split_whitespace()
        .map(|ip| ip.parse().unwrap())
        .collect()
}

#[test]
fn families_take_turns_and_each_keeps_its_order() {
    for (given, tried) in [
        ("", ""),
        ("::1", "::1"),
        ("::1 ::2 1.1.1.1 2.2.2.2", "::1 1.1.1.1 ::2 2.2.2.2"),
        ("1.1.1.1 2.2.2.2 ::1", "1.1.1.1 ::1 2.2.2.2"),
        ("1.1.1.1 ::1 ::2 ::3", "1.1.1.1 ::1 ::2 ::3"),
    ] {
        assert_eq!(interleaved(&ips(given)), ips(tried), "{given}");
    }
    let many = vec![IpAddr::from([127, 0, 0, 1]); 100];
    assert_eq!(interleaved(&many).len(), MAX_ADDRESSES);
}

#[test]
fn the_last_of_many_addresses_has_its_turn_in_half_of_the_time() {
    let ms = Duration::from_millis;
    for (addresses, time, expected) in [
        (1, ms(5000), ms(250)),
        (2, ms(5000), ms(250)),
        (11, ms(5000), ms(250)),
        (11, ms(1000), ms(50)),
        (2, ms(250), ms(125)),
        (32, ms(100), ms(10)),
        (2, ms(0), ms(10)),
    ] {
        assert_eq!(delay(addresses, time), expected, "{addresses} in {time:?}");
    }
}

/// No connection of TCP leads to a broadcast address, and nobody listens at port 1.
#[test]
fn of_several_failures_the_last_one_is_told() {
    let limits = Limits::until(Deadline::after(20 * DELAY));
    let error = connect(&ips("255.255.255.255 127.0.0.1"), 1, &limits).unwrap_err();
    assert!(error.detail.starts_with("127.0.0.1:1 cannot be reached"));
}

/// Nanoseconds that this thread has run.
#[cfg(target_os = "linux")]
fn processor_time() -> u64 {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    times.split(' ').next().unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn to_wait_for_the_last_address_costs_no_time_of_the_processor() {
    use socket2::{Domain, Socket, Type};
    let local: SocketAddr = ([127, 0, 0, 1], 0).into();
    let new = || Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let listener = new();
    listener.bind(&local.into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    // Its queue is full: another connection is neither made nor refused.
    let queue = [(); 8].map(|()| {
        let socket = new();
        socket.set_nonblocking(true).unwrap();
        let _ = socket.connect(&address);
        socket
    });
    let limits = Limits::until(Deadline::after(4 * DELAY));
    let before = processor_time();
    let address = address.as_socket().unwrap();
    let error = connect(&[address.ip()], address.port(), &limits).unwrap_err();
    let spent = processor_time() - before;
    assert_eq!(error.kind, Kind::TimedOut);
    assert!(spent < 100_000_000, "{spent} ns");
    drop(queue);
}
