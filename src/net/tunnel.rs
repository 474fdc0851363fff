//! Tunnel: what a proxy is asked for by CONNECT, and why it opens none.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

pub(crate) use super::socks::MAX_LOGIN_BYTES;
use super::{Connection, Kind, Result, Route, head, socks};
use crate::Phase;
use crate::config::{ProxyUrl, Scheme};

/// Of all heads together: a proxy may send interim responses first.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// The value of a header field that carries these (RFC 7617).
pub(crate) fn basic(user: &str, password: &str) -> Zeroizing<String> {
    let pair = Zeroizing::new([user, ":", password].concat());
    let encoded = Zeroizing::new(STANDARD.encode(&*pair));
    Zeroizing::new(["Basic ", &encoded].concat())
}

/// Asks the proxy at the other end for a tunnel to the host.
pub(super) fn open(route: &Route, proxy: &ProxyUrl, connection: &mut dyn Connection) -> Result<()> {
    connection.limits().progress.enter(Phase::Proxy);
    let outcome = match proxy.scheme {
        Scheme::Socks => socks::open(route, proxy, connection),
        Scheme::Http | Scheme::Https => connect(route, proxy, connection),
    };
    outcome.map_err(|error| connection.limits().broken(error))
}

fn connect(route: &Route, proxy: &ProxyUrl, connection: &mut dyn Connection) -> io::Result<()> {
    let target = format!("{}:{}", route.host, route.port);
    let common = format!(
        "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: {}\r\n\
         Proxy-Connection: Keep-Alive\r\n",
        route.user_agent
    );
    let login = proxy.login();
    let authorization = login.map(|[user, password]| basic(user, password));
    let [name, value, end] = match &authorization {
        Some(value) => ["Proxy-Authorization: ", value, "\r\n"],
        None => [""; 3],
    };
    let request = Zeroizing::new([&common, name, value, end, "\r\n"].concat());
    // As one: a proxy may refuse after a first packet, and the reason be lost to the reset that the
    // others would bring.
    connection.write_all(request.as_bytes())?;
    let (response, has_more) = read_response(connection)?;
    let kind = match response.status {
        200..=299 if !has_more => return Ok(()),
        200..=299 => Kind::Untrusted,
        401 | 403 | 407 => Kind::Refused,
        _ => Kind::Unreachable,
    };
    let reason = response.reason(login.is_some(), &target);
    Err(connection.limits().error(kind, reason).into())
}

struct TunnelResponse {
    status: u16,
    schemes: Vec<&'static str>,
}

/// The final response without its body, and whether anything follows its head.
fn read_response(connection: &mut dyn Connection) -> io::Result<(TunnelResponse, bool)> {
    let mut input = vec![0; MAX_HEAD_BYTES];
    let (mut start, mut end) = (0, 0);
    let (kind, what) = loop {
        match head::parse(&input[start..end], final_response) {
            Ok(Some((length, Some(response)))) => return Ok((response, start + length < end)),
            Ok(Some((length, None))) => {
                start += length;
                continue;
            }
            Ok(None) if end < input.len() => {}
            Ok(None) | Err(_) => break (Kind::Unreachable, "does not respond as an HTTP proxy"),
        }
        let amount = connection.read(&mut input[end..])?;
        end += amount;
        if amount == 0 {
            let what = "closed the connection instead of responding";
            break (Kind::ConnectionLost, what);
        }
    };
    let detail = format!("the proxy {what}; check its address");
    Err(connection.limits().error(kind, detail).into())
}

/// What a head says if it is the final one. Of the ways to authenticate that the proxy offers those
/// that have a name here: what else it says is not repeated.
fn final_response(head: &httparse::Response) -> Option<TunnelResponse> {
    const KNOWN: [&str; 6] = ["Basic", "Digest", "NTLM", "Negotiate", "Kerberos", "Bearer"];
    let fields_named = |name| head::values(head.headers, name);
    let names = ["proxy-authenticate", "www-authenticate"];
    let challenges: Vec<_> = names.into_iter().flat_map(fields_named).collect();
    let is_offered = |scheme: &&str| challenges.iter().any(|c| head::offers(c, scheme));
    (!head::is_interim(head)).then(|| TunnelResponse {
        status: head.code.unwrap_or_default(),
        schemes: KNOWN.into_iter().filter(is_offered).collect(),
    })
}

impl TunnelResponse {
    fn reason(&self, has_login: bool, target: &str) -> String {
        let status = self.status;
        let why = match status {
            // The host speaks only when it is spoken to.
            200..=299 => {
                "it has sent something of its own (a page?) where the tunnel begins; check its address"
            }
            401 | 407 if !self.schemes.is_empty() && !self.schemes.contains(&"Basic") => {
                "it lets in by {schemes} alone, and this library has Basic; have it allow Basic, or \
                 use a helper on this machine such as px or cntlm"
            }
            401 | 407 if !has_login => {
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
            511 => "this network wants a sign-in; sign in with a browser, then try again",
            _ => "it opens no tunnel; check its address, and that it allows CONNECT",
        };
        let why = why.replace("{schemes}", &self.schemes.join(", "));
        let why = why.replace("{target}", target);
        format!("the proxy responded {status}: {why}")
    }
}

#[cfg(all(test, not(loom)))]
pub(super) mod tests;
