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
    // Only alone is the asterisk special: curl has no other wildcard, not even in a longer list.
    if no_proxy == "*" {
        return true;
    }
    let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let address = bare.unwrap_or(host).parse::<IpAddr>();
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let mut entries = no_proxy
        .split([',', ' ', '\t'])
        .filter(|entry| !entry.is_empty());
    entries.any(|entry| match address {
        Ok(address) => covers_address(entry, address),
        Err(_) => covers_name(&entry.to_ascii_lowercase(), &name),
    })
}

/// `example.com` and `.example.com` both cover the name itself and everything below it.
fn covers_name(entry: &str, name: &str) -> bool {
    // curl drops one dot at either end, no more: "..example.com" covers nothing.
    let entry = entry.strip_suffix('.').unwrap_or(entry);
    let entry = entry.strip_prefix('.').unwrap_or(entry);
    // Without the dot before it, "example.com" would cover "nonexample.com".
    let before = name.strip_suffix(entry);
    before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// An entry with a port or with brackets is no address to curl, and so covers none.
fn covers_address(entry: &str, address: IpAddr) -> bool {
    let (network, length) = entry.split_once('/').unwrap_or((entry, ""));
    let (Ok(network), Some(length)) = (network.parse(), prefix_length(length)) else {
        return false;
    };
    let (bits, same) = match (network, address) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (32, (a.to_bits() ^ b.to_bits()).leading_zeros()),
        (IpAddr::V6(a), IpAddr::V6(b)) => (128, (a.to_bits() ^ b.to_bits()).leading_zeros()),
        _ => return false,
    };
    // To curl "/0" is no network but the lack of one: the whole address has to be equal.
    same >= if length == 0 { bits } else { length }
}

/// curl reads the length with C's `atoi`: what follows the digits is ignored, none at all is 0.
fn prefix_length(text: &str) -> Option<u32> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    match &text[..text.len() - rest.len()] {
        "" => (!rest.starts_with('-')).then_some(0),
        number => number.parse().ok(),
    }
}

#[cfg(test)]
mod tests;
