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
        (
            "::1 ::2 1.1.1.1 2.2.2.2 3.3.3.3",
            "::1 1.1.1.1 ::2 2.2.2.2 3.3.3.3",
        ),
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

#[test]
fn what_this_machine_lacks_says_less_than_the_failure_of_another_address() {
    let error = |kind| TransportError::new(Phase::Connect, kind, "");
    for (before, last, told) in [
        (None, Kind::NoLocalResource, Kind::NoLocalResource),
        (
            Some(Kind::Unreachable),
            Kind::NoLocalResource,
            Kind::Unreachable,
        ),
        (
            Some(Kind::NoLocalResource),
            Kind::Unreachable,
            Kind::Unreachable,
        ),
        (Some(Kind::Unreachable), Kind::TimedOut, Kind::TimedOut),
    ] {
        assert_eq!(more_telling(before.map(error), error(last)).kind, told);
    }
}
