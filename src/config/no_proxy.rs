//! `NO_PROXY`: the hosts that are reached without the proxy. By curl's rules, since people who set
//! the variable test it with curl.
//!
//! The reference is curl 7.88 (Debian 12); `tests/data/no_proxy.tsv` was recorded from that
//! program. If the host is an IPv6 address, 7.88 compares text although its manual promises addresses
//! and networks; curl 8.17 (#18891) and 8.18 (#19828) made the manual true, and so the manual's rule
//! is the one kept here.

use std::net::IpAddr;

/// Whether `host` (no port, IPv6 in brackets) is to be reached without the proxy.
pub(crate) fn bypasses(no_proxy: &str, host: &str) -> bool {
    if host.is_empty() {
        return false;
    }
    // Only alone is the asterisk special: curl has no other wildcard, not even in a longer list.
    if no_proxy == "*" {
        return true;
    }
    let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let address = bare.unwrap_or(host).parse::<IpAddr>();
    let name = host.strip_suffix('.').unwrap_or(host).as_bytes();
    no_proxy
        .split([',', ' ', '\t'])
        .filter(|entry| !entry.is_empty())
        .any(|entry| match address {
            Ok(address) => covers_address(entry, address),
            Err(_) => covers_name(entry, name),
        })
}

/// `example.com` and `.example.com` both cover the name itself and everything below it.
fn covers_name(entry: &str, name: &[u8]) -> bool {
    // curl drops one dot at either end, no more: "..example.com" covers nothing.
    let entry = entry.strip_suffix('.').unwrap_or(entry);
    let entry = entry.strip_prefix('.').unwrap_or(entry).as_bytes();
    let Some(start) = name.len().checked_sub(entry.len()) else {
        return false;
    };
    // Without the dot before it, "example.com" would cover "nonexample.com".
    let on_label = match start.checked_sub(1) {
        Some(before) => name.get(before) == Some(&b'.'),
        None => true,
    };
    on_label
        && name
            .get(start..)
            .is_some_and(|tail| tail.eq_ignore_ascii_case(entry))
}

/// An entry with a port or with brackets is no address to curl, and so covers none.
fn covers_address(entry: &str, address: IpAddr) -> bool {
    let (network, length) = match entry.split_once('/') {
        Some((network, length)) => (network, prefix_length(length)),
        None => (entry, Some(0)),
    };
    let (Ok(network), Some(length)) = (network.parse(), length) else {
        return false;
    };
    let ((network, bits), (address, bits_of_address)) = (number(network), number(address));
    let difference = network ^ address;
    bits == bits_of_address
        && match length {
            // To curl "/0" is no network but the lack of one: the whole address has to be equal.
            0 => difference == 0,
            _ if length <= bits => difference >> (bits - length) == 0,
            _ => false,
        }
}

/// The address as a number, and how many bits it has.
fn number(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (address.to_bits().into(), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

/// curl reads the length with C's `atoi`: what follows the digits is ignored, none at all is 0.
fn prefix_length(text: &str) -> Option<u32> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.starts_with('-') {
        return None;
    }
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    match digits.get(..end) {
        None | Some("") => Some(0),
        Some(number) => number.parse().ok(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::bypasses;

    #[test]
    fn every_case_recorded_from_curl_is_decided_as_curl_decided_it() {
        let table = include_str!("../../tests/data/no_proxy.tsv");
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
            ("", "", false),
            ("*", "", false),
            (".", "", false),
            ("a", "", false),
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
}
