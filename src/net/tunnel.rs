//! Tunnel: what a proxy is asked for by CONNECT, and why it opens none.

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::ClientConfig;
use zeroize::Zeroizing;

use super::connection::Connection;
use super::head;
use super::progress::Phase;
use super::socks;
pub(crate) use super::socks::{Login, MAX_LOGIN_BYTES};
use super::transport_error::{Kind, TransportError};

/// Of all heads together: a proxy may send interim responses first.
const MAX_HEAD_BYTES: usize = 16 * 1024;

pub(crate) struct Proxy {
    /// A name, or an address (IPv6 in brackets).
    pub(crate) host: String,
    pub(crate) port: u16,
    /// None for a connection in clear.
    pub(crate) tls: Option<Arc<ClientConfig>>,
    pub(crate) protocol: Protocol,
}

/// How a proxy is asked for a connection.
pub(crate) enum Protocol {
    Connect(Connect),
    Socks(Option<Login>),
}

pub(crate) struct Connect {
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
    match &proxy.protocol {
        Protocol::Connect(how) => connect(how, host, port, connection),
        Protocol::Socks(login) => socks::open(login.as_ref(), host, port, connection),
    }
}

fn connect(
    proxy: &Connect,
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
    let response = outcome.map_err(|error| limits.broken(error))?;
    let (kind, detail) = match response.status {
        // The host speaks only when it is spoken to.
        200..=299 if response.has_more => (
            Kind::Untrusted,
            "the proxy has sent something of its own (a page?) where the tunnel begins; check the \
             proxy's address"
                .to_owned(),
        ),
        200..=299 => return Ok(()),
        status => (
            match status {
                401 | 403 | 407 => Kind::Refused,
                _ => Kind::Unreachable,
            },
            response.reason(proxy, &format!("{host}:{port}")),
        ),
    };
    Err(limits.error(kind, detail))
}

struct TunnelResponse {
    status: u16,
    is_interim: bool,
    schemes: Vec<&'static str>,
    /// Whether something follows the head.
    has_more: bool,
}

/// The final response, without its body.
fn read_response(connection: &mut Connection) -> io::Result<TunnelResponse> {
    let mut input = vec![0; MAX_HEAD_BYTES];
    let (mut start, mut end) = (0, 0);
    let (kind, what) = loop {
        match parse(&input[start..end]) {
            Ok(Some((length, response))) if response.is_interim => {
                start += length;
                continue;
            }
            Ok(Some((length, response))) => {
                let has_more = start + length < end;
                return Ok(TunnelResponse {
                    has_more,
                    ..response
                });
            }
            Ok(None) if end < input.len() => {}
            Ok(None) | Err(_) => break (Kind::Unreachable, "does not respond as an HTTP proxy"),
        }
        match connection.read(&mut input[end..])? {
            0 => {
                break (
                    Kind::ConnectionLost,
                    "closed the connection instead of responding",
                );
            }
            amount => end += amount,
        }
    };
    let detail = format!("the proxy {what}; check its address");
    Err(connection.limits().error(kind, detail).into())
}

fn parse(input: &[u8]) -> Result<Option<(usize, TunnelResponse)>, httparse::Error> {
    head::parse(input, |head| TunnelResponse {
        status: head.code.unwrap_or_default(),
        is_interim: head::is_interim(head),
        schemes: schemes(head.headers),
        has_more: false,
    })
}

/// The ways to authenticate that the proxy offers, as far as they have a name here: what else it
/// says is not repeated.
fn schemes(fields: &[httparse::Header]) -> Vec<&'static str> {
    const KNOWN: [&str; 6] = ["Basic", "Digest", "NTLM", "Negotiate", "Kerberos", "Bearer"];
    let is_offered = |scheme: &&str| {
        ["proxy-authenticate", "www-authenticate"]
            .iter()
            .flat_map(|name| head::values(fields, name))
            .any(|challenge| head::offers(challenge, scheme))
    };
    KNOWN.into_iter().filter(is_offered).collect()
}

impl TunnelResponse {
    /// Why there is no tunnel, and what to do.
    fn reason(&self, proxy: &Connect, target: &str) -> String {
        let status = self.status;
        let why = match status {
            401 | 407 if !self.schemes.is_empty() && !self.schemes.contains(&"Basic") => {
                "it lets in by {schemes} alone, and this library has Basic; have it allow Basic, or \
                 use a helper on this machine such as px or cntlm"
            }
            401 | 407 if proxy.authorization.is_none() => {
                "it demands user and password; put them into the proxy's URL"
            }
            401 | 407 => "it refuses user and password; check them in the proxy's URL",
            403 => "it allows no tunnel to {target}; have its operator allow it",
            502 => {
                "it cannot reach {target}; check base_url, and the proxy's own name servers and \
                 firewall"
            }
            503 => "it is overloaded, or cannot reach anything now; tell its operator",
            504 => {
                "{target} has not responded to it in time; check base_url, and the proxy's own \
                 firewall"
            }
            _ => "it opens no tunnel; check its address, and that it allows CONNECT",
        };
        let why = why.replace("{schemes}", &self.schemes.join(", "));
        let why = why.replace("{target}", target);
        format!("the proxy responded {status}: {why}")
    }
}

#[cfg(all(test, not(loom)))]
#[path = "tunnel_tests.rs"]
mod tests;
