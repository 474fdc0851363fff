//! Host and port of a URL: one canonical form, and nothing that programs read in different ways.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The host in canonical form and the port, if there is one; a user is not expected here.
pub(in crate::config) fn parse_host_and_port(
    authority: &str,
) -> Result<(String, Option<u16>), String> {
    let (host, rest) = match authority.strip_prefix('[') {
        Some(rest) => {
            let closed = rest.split_once(']');
            let (address, rest) =
                closed.ok_or("the host's '[' is never closed; write an IPv6 address like [::1]")?;
            (parse_ipv6(address)?, rest)
        }
        None if authority.matches(':').count() > 1 => {
            Err("the host has more than one ':'; write an IPv6 address in brackets, like [::1]")?
        }
        None => {
            let (host, rest) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            (parse_host(host)?, rest)
        }
    };
    let port = match rest.strip_prefix(':') {
        Some(port) => Some(parse_port(port)?),
        None if rest.is_empty() => None,
        None => Err("only a port may be after the ']' of an IPv6 address, like [::1]:8080")?,
    };
    Ok((host, port))
}

// Leading zeros are refused with the rest: some programs read them as octal.
fn parse_port(text: &str) -> Result<u16, String> {
    let canonical = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    let why = match text.parse() {
        Ok(port) if canonical => return Ok(port),
        _ if text.is_empty() => "is missing after the ':'",
        _ => "is not a plain number from 1 to 65535",
    };
    Err(format!("the port {why}; correct it, or leave it out"))
}

fn parse_ipv6(text: &str) -> Result<String, String> {
    let why = match text.parse::<Ipv6Addr>() {
        Ok(address) => return Ok(format!("[{address}]")),
        Err(_) if text.contains('%') => "the IPv6 address has a zone ('%'); leave it out",
        Err(_) => "the text in brackets is not an IPv6 address; write it like [2001:db8::1]",
    };
    Err(why.to_owned())
}

fn parse_host(text: &str) -> Result<String, String> {
    let host = text.to_ascii_lowercase();
    let last = host.rsplit('.').next().unwrap_or_default();
    let why = if host.is_empty() {
        "the URL has no host; give a name or an address before the port or the path"
    } else if host.contains('%') {
        "the host name has a '%', which some programs decode; write the name plainly"
    } else if last.is_empty() {
        "the host name ends with a dot, which certificates are never issued for; remove the dot"
    } else if last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x") {
        // The C library reads 127.1, 0x7f.1, 0177.0.0.1 and 2130706433 as 127.0.0.1 (inet_aton). A
        // parser that takes them for names does not; RFC 3986, 7.4 warns of this.
        if host.parse::<Ipv4Addr>().is_ok() {
            return Ok(host);
        }
        "the host is a number of several addresses; write four decimal parts, like 192.0.2.1"
    } else if host.len() > 253 || !host.split('.').all(is_label) {
        "the host is not a valid name (labels of 1 to 63 letters, digits, '-' or '_', no '-' at \
         their ends, at most 253 characters in all); check it for typing errors"
    } else {
        return Ok(host);
    };
    Err(why.to_owned())
}

// RFC 1123, 2.1, and the underscore, which names inside container networks do have.
fn is_label(label: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    let has_length = (1..=63).contains(&label.len());
    has_length && label.trim_matches('-') == label && label.bytes().all(is_allowed)
}

/// `host` is canonical. A mapped address ([::ffff:127.0.0.1]) is not in ::1/128 and gains nobody
/// anything.
pub(in crate::config) fn is_loopback(host: &str) -> bool {
    let address = host.parse::<Ipv4Addr>();
    ["localhost", "[::1]"].contains(&host) || address.is_ok_and(|a| a.is_loopback())
}

#[cfg(test)]
mod tests;
