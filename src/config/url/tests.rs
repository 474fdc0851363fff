use super::parse_host_and_port;
use crate::config::test_refusals;

fn assert_refused(cases: &[(&str, &str)]) {
    test_refusals::assert_refused(parse_host_and_port, cases);
}

#[test]
fn the_host_comes_out_in_one_form_and_the_port_as_given() {
    for (text, host, port) in [
        ("Proxy.Example", "proxy.example", None),
        ("squid:3128", "squid", Some(3128)),
        ("192.0.2.1:1", "192.0.2.1", Some(1)),
        ("[2001:DB8:0::1]", "[2001:db8::1]", None),
        ("[::0001]:65535", "[::1]", Some(65_535)),
    ] {
        let got = parse_host_and_port(text);
        assert_eq!(got, Ok((String::from(host), port)), "{text}");
    }
}

#[test]
fn a_port_is_a_plain_number() {
    assert_refused(&[
        ("host:", "is missing"),
        ("[::1]:", "is missing"),
        ("host:0", "1 to 65535"),
        ("host:0443", "1 to 65535"),
        ("host:+443", "1 to 65535"),
        ("host:-1", "1 to 65535"),
        ("host:65536", "1 to 65535"),
        ("host:99999999999999999999", "1 to 65535"),
        ("host:44a", "1 to 65535"),
        ("host:0x1bb", "1 to 65535"),
        ("host:443:443", "more than one ':'"),
        ("::1", "more than one ':'"),
    ]);
}

#[test]
fn a_host_is_a_name_or_a_canonical_address() {
    let label = "a".repeat(64);
    let name = ["a", "b", "c", "d"]
        .map(|letter| letter.repeat(63))
        .join(".");
    assert_refused(&[
        ("ho%73t", "'%'"),
        ("host.", "ends with a dot"),
        ("127.0.0.1.", "ends with a dot"),
        (".", "ends with a dot"),
        (".host", "not a valid name"),
        ("a..b", "not a valid name"),
        ("-host", "not a valid name"),
        ("host-.com", "not a valid name"),
        ("ho*st", "not a valid name"),
        ("ho,st", "not a valid name"),
        ("ho(st)", "not a valid name"),
        (&label, "not a valid name"),
        (&name, "not a valid name"),
        ("127.1", "four decimal parts"),
        ("2130706433", "four decimal parts"),
        ("0x7f.1", "four decimal parts"),
        ("0x7f000001", "four decimal parts"),
        ("0X7F000001", "four decimal parts"),
        ("127.0.0.0x1", "four decimal parts"),
        ("host.0x1", "four decimal parts"),
        ("0177.0.0.1", "four decimal parts"),
        ("127.0.0.01", "four decimal parts"),
        ("1.2.3.4.5", "four decimal parts"),
        ("1.2.3.256", "four decimal parts"),
        ("host.1", "four decimal parts"),
        ("0", "four decimal parts"),
        ("[::1", "never closed"),
        ("[]", "not an IPv6 address"),
        ("[host]", "not an IPv6 address"),
        ("[127.0.0.1]", "not an IPv6 address"),
        ("[1:2:3:4:5:6:7:8:9]", "not an IPv6 address"),
        ("[v1.a]", "not an IPv6 address"),
        ("[[::1]]", "not an IPv6 address"),
        ("[fe80::1%25eth0]", "zone"),
        ("[fe80::1%eth0]", "zone"),
        ("[::1]8080", "after the ']'"),
        ("[::1].host", "after the ']'"),
        ("a[::1]", "more than one ':'"),
        ("host]", "not a valid name"),
    ]);
    assert!(parse_host_and_port(&label[1..]).is_ok());
    assert!(parse_host_and_port(&name[..253]).is_ok());
}
