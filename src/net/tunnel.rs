//! Tunnel: what a proxy is asked for by CONNECT, and why it opens none.

use std::io::{self, Read, Write};
use std::sync::Arc;

use httparse::{EMPTY_HEADER, Header, Status};
use rustls::ClientConfig;
use zeroize::Zeroizing;

use super::connection::{Connection, Limits};
use super::progress::Phase;
use super::transport_error::{Kind, TransportError};

/// Of all heads together: a proxy may send interim responses first.
const MAX_HEAD_BYTES: usize = 16 * 1024;
const MAX_HEADER_FIELDS: usize = 128;

pub(crate) struct Proxy {
    /// A name, or an address (IPv6 in brackets).
    pub(crate) host: String,
    pub(crate) port: u16,
    /// None for a connection in clear.
    pub(crate) tls: Option<Arc<ClientConfig>>,
    pub(crate) user_agent: String,
    /// The value of Proxy-Authorization.
    pub(crate) authorization: Option<Zeroizing<String>>,
}

/// Asks the proxy at the other end for a tunnel.
pub(super) fn open(
    proxy: &Proxy,
    host: &str,
    port: u16,
    connection: &mut Connection,
) -> Result<(), TransportError> {
    connection.limits().enter(Phase::Proxy);
    let common = format!(
        "CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: {}\r\n\
         Proxy-Connection: Keep-Alive\r\n",
        proxy.user_agent
    );
    let [name, value, end] = match &proxy.authorization {
        Some(value) => ["Proxy-Authorization: ", value, "\r\n"],
        None => [""; 3],
    };
    let request = Zeroizing::new([&common, name, value, end, "\r\n"].concat());
    // As one: a proxy may refuse after a first packet, and the reason be lost to the reset that the
    // others would bring.
    let outcome = connection
        .write_all(request.as_bytes())
        .and_then(|()| read_response(connection));
    let limits = connection.limits();
    let response = outcome
        .map_err(|e| TransportError::carried_by(e).unwrap_or_else(|other| limits.broken(&other)))?;
    if !(200..300).contains(&response.status) {
        let reason = response.reason(proxy, &format!("{host}:{port}"));
        return Err(limits.error(Kind::Unreachable, reason));
    }
    if response.has_more {
        // The host speaks only when it is spoken to.
        let detail = "the proxy has sent something of its own (a page?) where the tunnel begins; \
                      check the proxy's address";
        return Err(limits.error(Kind::Untrusted, detail));
    }
    Ok(())
}

struct TunnelResponse {
    status: u16,
    schemes: Vec<&'static str>,
    /// Whether something follows the head.
    has_more: bool,
}

/// The final response, without its body.
fn read_response(connection: &mut Connection) -> io::Result<TunnelResponse> {
    let failed = |limits: &Limits, kind, what| {
        let detail = format!("the proxy {what}; check its address");
        io::Error::from(limits.error(kind, detail))
    };
    let mut input = vec![0; MAX_HEAD_BYTES];
    let (mut start, mut end) = (0, 0);
    loop {
        match parse(&input[start..end]) {
            Ok(Some((length, mut response))) => {
                start += length;
                let is_interim = (100..200).contains(&response.status) && response.status != 101;
                if is_interim {
                    continue;
                }
                response.has_more = start < end;
                return Ok(response);
            }
            Ok(None) if end < input.len() => {}
            Ok(None) | Err(()) => {
                let what = "does not respond as an HTTP proxy";
                return Err(failed(connection.limits(), Kind::Unreachable, what));
            }
        }
        let amount = connection.read(&mut input[end..])?;
        if amount == 0 {
            let what = "closed the connection instead of responding";
            return Err(failed(connection.limits(), Kind::ConnectionLost, what));
        }
        end += amount;
    }
}

/// The length of a head and what is in it; None if it has not ended.
fn parse(input: &[u8]) -> Result<Option<(usize, TunnelResponse)>, ()> {
    let mut fields = [EMPTY_HEADER; MAX_HEADER_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    let Status::Complete(length) = head.parse(input).map_err(|_| ())? else {
        return Ok(None);
    };
    let response = TunnelResponse {
        status: head.code.unwrap_or_default(),
        schemes: schemes(head.headers),
        has_more: false,
    };
    Ok(Some((length, response)))
}

/// The ways to authenticate that the proxy offers, as far as they have a name here: what else it
/// says is not repeated.
fn schemes(fields: &[Header]) -> Vec<&'static str> {
    const KNOWN: [&str; 6] = ["Basic", "Digest", "NTLM", "Negotiate", "Kerberos", "Bearer"];
    let challenges = fields.iter().filter(|field| {
        let names = ["proxy-authenticate", "www-authenticate"];
        names
            .iter()
            .any(|name| field.name.eq_ignore_ascii_case(name))
    });
    let words: Vec<&[u8]> = challenges
        .flat_map(|field| field.value.split(|byte| *byte == b','))
        .filter_map(|challenge| challenge.trim_ascii().split(|byte| *byte == b' ').next())
        .collect();
    let is_offered = |scheme: &&str| {
        let named = |word: &&[u8]| word.eq_ignore_ascii_case(scheme.as_bytes());
        words.iter().any(named)
    };
    KNOWN.into_iter().filter(is_offered).collect()
}

impl TunnelResponse {
    /// Why there is no tunnel, and what to do.
    fn reason(&self, proxy: &Proxy, target: &str) -> String {
        let status = self.status;
        let why = match status {
            401 | 407 if !self.schemes.is_empty() && !self.schemes.contains(&"Basic") => format!(
                "it lets in by {} alone, and this library has Basic; have it allow Basic",
                self.schemes.join(", ")
            ),
            401 | 407 if proxy.authorization.is_none() => {
                "it demands user and password; put them into the proxy's URL".to_owned()
            }
            401 | 407 => "it refuses user and password; check them in the proxy's URL".to_owned(),
            403 => format!("it allows no tunnel to {target}; have its operator allow it"),
            502 => format!(
                "it cannot reach {target}; check base_url, and the proxy's own name servers and \
                 firewall"
            ),
            503 => "it is overloaded, or cannot reach anything now; tell its operator".to_owned(),
            504 => format!(
                "{target} has not responded to it in time; check base_url, and the proxy's own \
                 firewall"
            ),
            _ => "it opens no tunnel; check its address, and that it allows CONNECT".to_owned(),
        };
        format!("the proxy responded {status}: {why}")
    }
}

#[cfg(all(test, not(loom)))]
#[path = "tunnel_tests.rs"]
mod tests;
