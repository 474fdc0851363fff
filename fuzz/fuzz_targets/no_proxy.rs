//! NO_PROXY is what its entries are, one by one, whatever their order and case.
//!
//! An input is the URL of a proxy, a host as a base URL names it, and the list, each on its line.
#![cfg_attr(feature = "libfuzzer", no_main)]

use std::net::IpAddr;

use ipnet::IpNet;
use momo::fuzzing::{base_url, bypasses, proxy_from_env, proxy_url};
use momo_fuzz::fuzz_target;

fn check(list: &str, host: &str) {
    let covered = bypasses(list, host);
    let in_capitals = bypasses(&list.to_ascii_uppercase(), host);
    assert_eq!(in_capitals, covered, "letters have no case");
    if list == "*" {
        assert!(covered);
        return;
    }
    let entries = list.split([',', ' ', '\t']).filter(|e| !e.is_empty());
    let entries: Vec<&str> = entries.collect();
    let reversed: Vec<&str> = entries.iter().rev().copied().collect();
    let reversed = format!(" {}", reversed.join(",\t "));
    assert_eq!(bypasses(&reversed, host), covered, "in any order");
    // With a comma before it an asterisk is no longer alone.
    let is_by = |entry: &&str| bypasses(&format!(",{entry}"), host);
    let by_one = entries.iter().any(is_by);
    assert_eq!(by_one, covered, "the list is its entries");
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    for entry in entries {
        let covered = is_by(&entry);
        if let Ok(address) = bare.parse() {
            let expected = contains(entry, address);
            assert!(expected.is_none_or(|e| e == covered), "{entry:?} {host:?}");
        } else if covered {
            let plain = entry.trim_matches('.').to_ascii_lowercase();
            assert!(!plain.is_empty() && format!(".{host}").ends_with(&format!(".{plain}")));
        }
    }
}

/// Numbers that begin with a zero, which IpNet's own parser takes, are in no address to curl.
fn contains(entry: &str, address: IpAddr) -> Option<bool> {
    let Some((first, bits)) = entry.split_once('/') else {
        return Some(entry.parse::<IpAddr>().ok()? == address);
    };
    let network = IpNet::new(first.parse().ok()?, bits.parse().ok()?).ok()?;
    // To curl a prefix of no bits is no network.
    let is_network = network.prefix_len() != 0;
    Some(network.addr() == address || (is_network && network.contains(&address)))
}

fuzz_target!(init: momo_fuzz::prepare(), |data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut lines = text.splitn(3, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (proxy, host, list) = (line(), line(), line());
    let Ok(base_url) = base_url(&format!("https://{host}")) else {
        return;
    };
    let host = base_url.host;
    check(list, &host);
    for (upper, lower) in [(list, ""), ("example", list)] {
        let chosen = proxy_from_env(&host, |name| match name {
            "HTTPS_PROXY" => Some(proxy.to_owned()),
            "no_proxy" => Some(lower.to_owned()),
            "NO_PROXY" => Some(upper.to_owned()),
            "https_proxy" | "all_proxy" | "ALL_PROXY" => None,
            other => panic!("{other} is no variable of a proxy's"),
        });
        let list = if lower.is_empty() { upper } else { lower };
        if proxy.is_empty() || bypasses(list, &host) {
            assert_eq!(chosen, Ok(None));
        } else {
            assert_eq!(chosen.ok(), proxy_url(proxy).ok().map(Some));
        }
    }
});
