//! SOCKS 5 (RFC 1928): what such a proxy is asked for. It looks the host up itself.

use std::io;
use std::net::IpAddr;

use zeroize::Zeroizing;

use super::{Connection, Kind, Route, bare};
use crate::config::ProxyUrl;

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const BY_PASSWORD: u8 = 2;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// Of user and password each (RFC 1929).
pub(crate) const MAX_LOGIN_BYTES: usize = 255;

fn length(text: &str) -> u8 {
    u8::try_from(text.len()).unwrap_or(u8::MAX)
}

fn log_in(login: Option<[&str; 2]>, stream: &mut dyn Connection) -> io::Result<()> {
    let methods: &[u8] = match login {
        Some(_) => &[VERSION, 2, NO_LOGIN, BY_PASSWORD],
        None => &[VERSION, 1, NO_LOGIN],
    };
    stream.write_all(methods)?;
    let mut reply = [0; 2];
    stream.read_exact(&mut reply)?;
    let why = match (reply, login) {
        ([VERSION, NO_LOGIN], _) => return Ok(()),
        ([VERSION, BY_PASSWORD], Some([user, password])) => {
            let (before, between) = ([1, length(user)], [length(password)]);
            let request = [&before, user.as_bytes(), &between, password.as_bytes()];
            stream.write_all(&Zeroizing::new(request.concat()))?;
            stream.read_exact(&mut reply)?;
            match reply {
                [_, 0] => return Ok(()),
                _ => "the proxy refuses user and password; check them in the proxy's URL",
            }
        }
        ([VERSION, _], None) => {
            "the proxy demands user and password; put them into the proxy's URL"
        }
        ([VERSION, _], Some(_)) => {
            "the proxy takes no password (RFC 1929); have its operator allow this machine"
        }
        _ => "the proxy does not respond as a SOCKS 5 proxy; check its address and scheme",
    };
    Err(stream.limits().error(Kind::Refused, why).into())
}

/// Asks for a connection to the host.
pub(super) fn open(route: &Route, proxy: &ProxyUrl, stream: &mut dyn Connection) -> io::Result<()> {
    const CONNECT: u8 = 1;
    const REFUSED: u8 = 2;
    log_in(proxy.login(), stream)?;
    let Route { host, port, .. } = route;
    let bare = bare(host);
    let (kind, address) = match bare.parse() {
        Ok(IpAddr::V4(ip)) => (IPV4, ip.octets().to_vec()),
        Ok(IpAddr::V6(ip)) => (IPV6, ip.octets().to_vec()),
        // A host name has 253 bytes at most.
        Err(_) => (NAME, [&[length(bare)], bare.as_bytes()].concat()),
    };
    let start = [VERSION, CONNECT, 0, kind];
    let request = [&start, &*address, &port.to_be_bytes()].concat();
    stream.write_all(&request)?;
    let mut head = [0; 4];
    stream.read_exact(&mut head)?;
    let why = match head {
        [VERSION, 0, _, kind] => {
            let length = match kind {
                IPV4 => 4,
                IPV6 => 16,
                _ => {
                    let mut length = [0];
                    stream.read_exact(&mut length)?;
                    usize::from(length[0])
                }
            };
            // The address and the port that it connects from say nothing here.
            return stream.read_exact(&mut vec![0; length + 2]);
        }
        [VERSION, REFUSED, ..] => "it allows no connection there; have its operator allow it",
        [VERSION, 3 | 4 | 6, ..] => {
            "it cannot reach it; check base_url, and the proxy's own name servers"
        }
        [VERSION, 5, ..] => "its connection there is refused; check base_url",
        _ => "it makes no connection; tell its operator",
    };
    let kind = match head {
        [VERSION, REFUSED, ..] => Kind::Refused,
        _ => Kind::Unreachable,
    };
    let replied = head[1];
    let why = format!("the SOCKS proxy was asked for {host}:{port} and replied {replied}: {why}");
    Err(stream.limits().error(kind, why).into())
}

#[cfg(all(test, not(loom)))]
mod tests;
