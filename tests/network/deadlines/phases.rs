//! Every phase in which a call can hang, for the tests of deadlines and of cancelling.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use Role::{Proxy, Server};

use crate::child::again;
use crate::common::*;
use crate::peer::*;

/// A call's phase: its name in messages, and what brings a call there.
pub struct Phase {
    pub name: &'static str,
    pub words: &'static str,
    pub start: fn() -> Stage,
}

pub struct Stage {
    /// Of a client: a name and a value on each line.
    pub options: String,
    /// Whether the call on this thread has come there, seen from the servers' process: what tells it
    /// has the servers, alive as long as this is.
    pub reached: Box<dyn Fn(i32) -> bool>,
}

#[rustfmt::skip]
pub const PHASES: &[Phase] = &[
    Phase { name: "connecting", words: "connecting", start: || swallowed(Server, "https") },
    Phase { name: "connecting, plain http", words: "connecting", start: || swallowed(Server, "http") },
    Phase { name: "handshake, silent", words: "the TLS handshake", start: || peer(Server, "https", silent) },
    Phase { name: "handshake, dripping", words: "the TLS handshake", start: || peer(Server, "https", dripping_tls) },
    Phase { name: "waiting", words: "waiting for the response", start: || mock("/stall", false) },
    Phase { name: "waiting, plain http", words: "waiting for the response", start: || mock("/stall", true) },
    Phase { name: "reading a head", words: "reading the response", start: || mock("/slow-headers", false) },
    Phase { name: "reading a body", words: "reading the response", start: || mock("/drip", false) },
    Phase { name: "reading a body, plain http", words: "reading the response", start: || mock("/drip", true) },
    Phase { name: "proxy, connecting", words: "connecting", start: || swallowed(Proxy, "http") },
    Phase { name: "proxy, silent", words: "asking the proxy for a tunnel", start: || peer(Proxy, "http", silent) },
    Phase { name: "proxy, dripping", words: "asking the proxy for a tunnel", start: || peer(Proxy, "http", dripping_http) },
];

/// Runs the test again for each of them, all at once: they only wait.
pub fn in_every_phase(test: impl Fn() + Copy + Send) {
    std::thread::scope(|scope| {
        for phase in PHASES {
            scope.spawn(move || {
                let stage = (phase.start)();
                again(test, phase.name)
                    .env("OPTIONS", &stage.options)
                    .passes();
            });
        }
    });
}

fn swallowed(role: Role, scheme: &str) -> Stage {
    let hole = BlackHole::start();
    // Not those that had the port before and have ended.
    let filling = hole.knocking();
    Stage {
        options: role.options(&hole.url(scheme)),
        reached: Box::new(move |_| hole.knocking() > filling),
    }
}

fn peer(role: Role, scheme: &str, treat: fn(std::net::TcpStream)) -> Stage {
    let peer = Peer::start(treat);
    Stage {
        options: role.options(&peer.url(scheme)),
        reached: Box::new(move |thread| peer.accepted() == 1 && reads(thread)),
    }
}

/// The mock gateway's own behaviour, the request having come.
pub fn mock(behaviour: &str, plain: bool) -> Stage {
    let gateway = Gateway::start().unwrap();
    let base_url = match plain {
        true => gateway.plain_base_url(),
        false => gateway.base_url(),
    };
    let ca = gateway.ca_path().display();
    Stage {
        options: Server.options(&(base_url + behaviour)) + &format!("ca {ca}\n"),
        reached: Box::new(move |thread| gateway.request_count() == 1 && reads(thread)),
    }
}

/// Whom a call hangs at.
#[derive(Clone, Copy)]
pub enum Role {
    Server,
    Proxy,
}

impl Role {
    pub fn options(self, url: &str) -> String {
        let (base_url, proxy) = match self {
            Server => (url, "none"),
            Proxy => ("https://gateway.test", url),
        };
        format!("base_url {base_url}\nproxy {proxy}\n")
    }
}

impl Stage {
    pub fn config(&self) -> Config {
        configured(&self.options)
    }
}

pub fn configured(options: &str) -> Config {
    let config = Config::with_credentials("https://gateway.test", "mozilla");
    let times = "cache client\ntimeout 1m\nattempt_timeout 1m\nconnect_timeout 1m\n";
    for line in times.lines().chain(options.lines()) {
        let (name, value) = line.split_once(' ').unwrap();
        config.set(name, value);
    }
    config
}
