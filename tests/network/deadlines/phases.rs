//! Every phase in which a call can hang, for the tests of deadlines and of cancelling.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use std::any::Any;

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
    /// Servers, alive as long as this is.
    keep: Box<dyn Any>,
    pub options: Vec<(&'static str, String)>,
    /// Whether the call on this thread has come there, seen from the servers' process.
    pub reached: Box<dyn Fn(i32) -> bool>,
}

#[rustfmt::skip]
pub const PHASES: &[Phase] = &[
    Phase { name: "connecting", words: "connecting", start: || swallowed("https") },
    Phase { name: "connecting, plain http", words: "connecting", start: || swallowed("http") },
    Phase { name: "handshake, silent", words: "the TLS handshake", start: || peer(silent) },
    Phase { name: "handshake, dripping", words: "the TLS handshake", start: || peer(dripping_tls) },
    Phase { name: "waiting", words: "waiting for the response", start: || mock("/stall", false) },
    Phase { name: "waiting, plain http", words: "waiting for the response", start: || mock("/stall", true) },
    Phase { name: "reading a head", words: "reading the response", start: || mock("/slow-headers", false) },
    Phase { name: "reading a body", words: "reading the response", start: || mock("/drip", false) },
    Phase { name: "reading a body, plain http", words: "reading the response", start: || mock("/drip", true) },
    Phase { name: "proxy, connecting", words: "connecting", start: swallowed_proxy },
    Phase { name: "proxy, silent", words: "asking the proxy for a tunnel", start: || proxy(silent) },
    Phase { name: "proxy, dripping", words: "asking the proxy for a tunnel", start: || proxy(dripping_http) },
];

/// Runs the test `name` again for each of them, all at once: they only wait.
pub fn in_every_phase(name: &'static str) {
    std::thread::scope(|scope| {
        for phase in PHASES {
            scope.spawn(move || {
                let stage = (phase.start)();
                again(name, phase.name).env("OPTIONS", stage.passed()).run();
            });
        }
    });
}

fn options(base_url: String, proxy: &str) -> Vec<(&'static str, String)> {
    vec![
        ("base_url", base_url),
        ("api_user", momo_mock_gateway::DEFAULT_API_USER.to_owned()),
        ("api_key", momo_mock_gateway::DEFAULT_API_KEY.to_owned()),
        (
            "subscription_key",
            momo_mock_gateway::DEFAULT_SUBSCRIPTION_KEY.to_owned(),
        ),
        ("ca", "mozilla".to_owned()),
        ("proxy", proxy.to_owned()),
        ("cache", "client".to_owned()),
        ("timeout", "1m".to_owned()),
        ("attempt_timeout", "1m".to_owned()),
        ("connect_timeout", "1m".to_owned()),
    ]
}

fn swallowed(scheme: &str) -> Stage {
    let hole = BlackHole::start();
    let port = hole.address.port();
    let filling = tcp_states(port).len();
    Stage {
        options: options(hole.url(scheme), "none"),
        reached: Box::new(move |_| tcp_states(port).len() > filling),
        keep: Box::new(hole),
    }
}

fn swallowed_proxy() -> Stage {
    let mut stage = swallowed("http");
    let proxy = stage.options[0].1.clone();
    stage.options = options("https://gateway.test".to_owned(), &proxy);
    stage
}

fn peer(treat: fn(std::net::TcpStream)) -> Stage {
    let peer = Peer::start(treat);
    Stage {
        options: options(peer.url("https"), "none"),
        reached: came(&peer),
        keep: Box::new(peer),
    }
}

fn proxy(treat: fn(std::net::TcpStream)) -> Stage {
    let peer = Peer::start(treat);
    Stage {
        options: options("https://gateway.test".to_owned(), &peer.url("http")),
        reached: came(&peer),
        keep: Box::new(peer),
    }
}

fn came(peer: &Peer) -> Box<dyn Fn(i32) -> bool> {
    let count = peer.counter();
    Box::new(move |thread| count() == 1 && reads(thread))
}

/// The mock gateway's own behaviour, the request having come.
pub fn mock(behaviour: &str, plain: bool) -> Stage {
    let gateway = std::sync::Arc::new(Gateway::start().unwrap());
    let base_url = if plain {
        gateway.plain_base_url()
    } else {
        gateway.base_url()
    };
    let mut options = options(base_url + behaviour, "none");
    options.push(("ca", gateway.ca_path().to_str().unwrap().to_owned()));
    let asked = std::sync::Arc::clone(&gateway);
    Stage {
        options,
        reached: Box::new(move |thread| asked.request_count() == 1 && reads(thread)),
        keep: Box::new(gateway),
    }
}

impl Stage {
    pub fn config(&self) -> Config {
        configured(&self.passed())
    }

    /// The options as text, for another process.
    pub fn passed(&self) -> String {
        let lines = self.options.iter().map(|(n, v)| format!("{n} {v}\n"));
        lines.collect()
    }
}

pub fn configured(passed: &str) -> Config {
    let config = Config::new();
    for line in passed.lines() {
        let (name, value) = line.split_once(' ').unwrap();
        config.set(name, value);
    }
    config
}
