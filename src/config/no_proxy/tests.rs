use super::bypasses;

#[test]
fn every_case_recorded_from_curl_is_decided_as_curl_decided_it() {
    let table = include_str!("../../../tests/data/no_proxy.tsv");
    let mut cases = 0;
    for line in table.lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let columns: Vec<&str> = line.split('\t').collect();
        let &[no_proxy, host, expected] = columns.as_slice() else {
            panic!("not three columns: {line:?}");
        };
        let no_proxy = no_proxy.replace("\\t", "\t");
        let got = if bypasses(&no_proxy, host) {
            "direct"
        } else {
            "proxy"
        };
        assert_eq!(got, expected, "NO_PROXY {no_proxy:?}, host {host:?}");
        cases += 1;
    }
    assert!(cases >= 60, "only {cases} cases were read");
}

// curl 7.88 sends all of the "true" cases through the proxy, 8.18 none of them.
#[test]
fn ipv6_entries_are_addresses_and_networks_as_the_manual_of_curl_says() {
    for (no_proxy, host, expected) in [
        ("::1/128", "[::1]", true),
        ("::1/64", "[::1]", true),
        ("::1/64", "[::2]", true),
        ("fd00::/8", "[fd12:3456::1]", true),
        ("fd00::/8", "[fe80::1]", false),
        ("fc00::/7", "[fd12:3456::1]", true),
        ("fc00::/7", "[fe00::1]", false),
        ("fe80::/10", "[febf::1]", true),
        ("fe80::/10", "[fec0::1]", false),
        ("2001:db8::/33", "[2001:db8:7fff::1]", true),
        ("2001:db8::/33", "[2001:db8:8000::1]", false),
        ("2001:db8::/127", "[2001:db8::1]", true),
        ("2001:db8::/127", "[2001:db8::2]", false),
        ("2001:db8::/129", "[2001:db8::]", false),
        ("::/1", "[7fff::1]", true),
        ("::/1", "[8000::1]", false),
        ("0:0:0:0:0:0:0:1", "[::1]", true),
        ("2001:DB8:0:0::1", "[2001:db8::1]", true),
        ("::/0", "[::1]", false),
        ("::/0", "[::]", true),
        ("::1/+128", "[::1]", true),
        ("::1/-1", "[::1]", false),
        ("[::1]", "[::1]", false),
        ("[::1]/128", "[::1]", false),
        ("::ffff:10.0.0.0/104", "[::ffff:10.1.2.3]", true),
        ("10.0.0.0/8", "[::ffff:10.1.2.3]", false),
        ("::ffff:10.0.0.0/104", "10.1.2.3", false),
        ("::1", "::1", true),
    ] {
        assert_eq!(bypasses(no_proxy, host), expected, "{no_proxy:?} {host:?}");
    }
}

#[test]
fn odd_input_is_decided_without_a_panic() {
    for (no_proxy, host, expected) in [
        ("", "a", false),
        (",, \t,", "a", false),
        ("[", "[", true),
        ("]", "[]", false),
        ("\u{e9}.com", "e.com", false),
        ("com", "\u{e9}.com", true),
        ("\u{a9}", "\u{e9}", false),
        ("10.0.0.0/99999999999999999999", "10.0.0.0", false),
        ("10.0.0.0/-8", "10.0.0.0", false),
        ("/", "10.0.0.1", false),
        ("/8", "10.0.0.1", false),
    ] {
        assert_eq!(bypasses(no_proxy, host), expected, "{no_proxy:?} {host:?}");
    }
}
