//! Base URL: the gateway's address. Stricter than RFC 3986 if two parsers are known to disagree: the
//! host that was checked here has to be the host that gets the keys.

use percent_encoding::percent_decode_str;

use super::url::{Scheme, Url, is_loopback, parse_host_and_port};
use super::values::PRODUCTS;

const RETIRED_DOMAIN: &str = ".azure-api.net";

/// In one canonical form, so that two spellings of one address share one token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BaseUrl {
    pub(crate) scheme: Scheme,
    /// In lower case; an IPv6 address in brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(super) path: String,
}

impl BaseUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        refuse_delimiters(text)?;
        let url = Url::split(text, "https://proxy.momoapi.mtn.co.rw")?;
        if !text.is_ascii() {
            Err("the URL has a character that is not ASCII; write a name in ASCII (xn--)")?;
        }
        let scheme = url.scheme.and_then(Scheme::named);
        let scheme = scheme.filter(|scheme| *scheme != Scheme::Socks).ok_or(
            "the URL does not begin with https://; write it like https://proxy.momoapi.mtn.co.rw",
        )?;
        let (host, port) = parse_host_and_port(url.host_and_port)?;
        if scheme == Scheme::Http && !is_loopback(&host) {
            Err("plain http sends the keys unencrypted, and is for loopback only; use https")?;
        }
        refuse_mistaken_host(&host)?;
        let path = url.path.strip_suffix('/').unwrap_or(url.path);
        check_path(path)?;
        Ok(Self {
            scheme,
            host,
            port: port.unwrap_or(default_port(scheme)),
            path: path.to_owned(),
        })
    }

    /// `scheme://host[:port]path`, the port only if it is not the scheme's own.
    pub(crate) fn canonical(&self) -> String {
        let scheme = self.scheme.as_str();
        format!("{scheme}://{}{}", self.authority(), self.path)
    }

    /// For messages and the Host header: `host[:port]`.
    pub(crate) fn authority(&self) -> String {
        if self.port == default_port(self.scheme) {
            return self.host.clone();
        }
        format!("{}:{}", self.host, self.port)
    }

    /// Whether MTN's gateway was in this domain once. Others may have gateways of their own there.
    pub(crate) fn is_in_retired_domain(&self) -> bool {
        self.host.ends_with(RETIRED_DOMAIN)
    }
}

fn default_port(scheme: Scheme) -> u16 {
    if scheme == Scheme::Https { 443 } else { 80 }
}

/// Refuses what no base URL has in any part. Browsers read a backslash as a slash, others as part
/// of the user: so two parsers see two hosts in `https://a\@b`.
fn refuse_delimiters(text: &str) -> Result<(), String> {
    let what = match text.chars().find(|c| "@?#\\".contains(*c)) {
        Some('@') => "an '@', which ends a user name; credentials have options of their own",
        Some('?') => "a query ('?'), and the product's path would follow it; give the base only",
        Some('#') => "a fragment ('#'), which is never sent to a server; give the base only",
        Some(_) => "a backslash, which some programs take for a slash; use '/'",
        None => return Ok(()),
    };
    Err(format!("the URL has {what}"))
}

/// Refuses MTN's portals, and the names under which its gateway was reached before
/// proxy.momoapi.mtn.com.
fn refuse_mistaken_host(host: &str) -> Result<(), String> {
    let is_retired = host.starts_with("ericssonbasicapi") && host.ends_with(RETIRED_DOMAIN);
    let what = match host.strip_prefix("www.").unwrap_or(host) {
        "momodeveloper.mtn.com" | "momoapi.mtn.com" => "MTN's portal, a web site and not the API",
        _ if is_retired => "a retired address of MTN's gateway",
        _ => return Ok(()),
    };
    Err(format!(
        "{host} is {what}; use proxy.momoapi.mtn.com (or the country's, like \
         proxy.momoapi.mtn.co.rw), or sandbox.momodeveloper.mtn.com for tests"
    ))
}

fn check_path(path: &str) -> Result<(), String> {
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        check_segment(segment)?;
        // As MTN's pages show its operations: /collection/v1_0/requesttopay.
        let ends_base = segments.peek().is_none_or(|next| is_version(next));
        let mut known = PRODUCTS.iter().chain(&["token"]).filter(|_| ends_base);
        if let Some(known) = known.find(|known| segment.eq_ignore_ascii_case(known)) {
            return Err(format!(
                "the URL's path has /{known}, which the option product adds; give the base only"
            ));
        }
    }
    Ok(())
}

/// v1_0, v2_0.
fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix(['v', 'V']).unwrap_or_default();
    number.starts_with(|c: char| c.is_ascii_digit()) && number.contains('_')
}

fn check_segment(segment: &str) -> Result<(), String> {
    // RFC 3986, 6.2.2: an escaped dot is the same dot. An escaped slash is not the same slash, but
    // servers and proxies do decode it, and then there may be dot segments nobody saw.
    let decoded: Vec<u8> = percent_decode_str(segment).collect();
    let is_hidden = |b: &u8| b.is_ascii_control() || b"/\\".contains(b);
    // RFC 3986, 3.3, without the '@' that is refused everywhere. Each escape is of three bytes.
    let is_pchar = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:%".contains(&b);
    let escapes = segment.matches('%').count();
    let is_plain = segment.bytes().all(is_pchar) && segment.len() == decoded.len() + 2 * escapes;
    let why = if segment.is_empty() {
        "an empty segment ('//')"
    } else if matches!(&decoded[..], b"." | b"..") {
        "a dot segment ('.' or '..'), which is resolved differently on the way"
    } else if !is_plain {
        "a character that RFC 3986 does not allow there, or a '%' that is no escape"
    } else if decoded.iter().any(is_hidden) {
        "an escaped slash, backslash or control character"
    } else {
        return Ok(());
    };
    Err(format!(
        "the URL's path has {why}; write the path plainly, like /gateway/v1"
    ))
}

#[cfg(test)]
mod tests;
