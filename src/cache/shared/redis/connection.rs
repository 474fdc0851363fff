//! One connection to a Redis server: this library's own sockets, deadlines and trust, and the
//! protocol of the `redis` crate. That crate's own connections look names up without an end and read
//! the trusted certificates anew each time.

use std::io::{self, Read, Write};
use std::sync::Arc;

use ::redis::{Cmd, Parser, Value, cmd};
use rustls::ClientConfig;
use zeroize::Zeroizing;

use super::super::store::LARGEST_VALUE;
use crate::cancellation::Cancellation;
use crate::config::{Ca, RedisUrl};
use crate::deadline::Deadline;
use crate::error::Failure;
use crate::net::connection::{Limits, Route};
use crate::net::progress::Progress;
use crate::net::transport_error::{Kind, TransportError};
use crate::net::{self, trust};
use crate::redact::shortened;
use crate::secret::Secret;

/// The first bytes of the replies that the commands of this library have: simple strings, errors,
/// integers, bulk strings.
const FLAT_REPLIES: &[u8] = b"+-:$";

/// The longest reply has two values.
const LARGEST_REPLY: usize = 3 * LARGEST_VALUE;

pub(super) struct Connector {
    url: RedisUrl,
    route: Route,
}

pub(super) struct Connection {
    stream: net::connection::Connection,
    parser: Parser,
}

impl Connector {
    pub(super) fn new(url: &RedisUrl, ca: &Ca) -> Result<Self, Failure> {
        let tls = url.tls.then(|| trust::tls_config(ca)).transpose()?;
        let tls = tls.map(|config| {
            let mut config = ClientConfig::clone(&config);
            // Redis has no name there.
            config.alpn_protocols.clear();
            Arc::new(config)
        });
        let route = Route {
            host: url.host.clone(),
            port: url.port,
            tls,
            option: "cache",
            proxy: None,
            loopback_only: false,
        };
        Ok(Self {
            url: url.clone(),
            route,
        })
    }

    pub(super) fn connect(&self, deadline: Deadline) -> Result<Connection, String> {
        let limits = Limits {
            deadline,
            // Clients share the connection: none of them ends it alone.
            cancellation: Arc::new(Cancellation::new()),
            progress: Arc::new(Progress::begin()),
        };
        let stream = net::connection::Connection::open(&self.route, limits);
        let mut connection = Connection {
            stream: stream.map_err(|error| error.to_string())?,
            parser: Parser::new(),
        };
        for command in self.greeting() {
            connection.run(&command, deadline)?;
        }
        Ok(connection)
    }

    fn greeting(&self) -> Vec<Cmd> {
        let mut commands = Vec::new();
        if let Some(password) = &self.url.password {
            let mut auth = cmd("AUTH");
            if let Some(user) = &self.url.user {
                auth.arg(Secret::expose(user));
            }
            auth.arg(password.expose());
            commands.push(auth);
        }
        if self.url.database != 0 {
            let mut select = cmd("SELECT");
            select.arg(self.url.database);
            commands.push(select);
        }
        commands
    }
}

impl Connection {
    /// Sends a command and waits for its reply. After an error the connection is of no more use.
    pub(super) fn run(&mut self, command: &Cmd, deadline: Deadline) -> Result<Value, String> {
        self.stream.set_deadline(deadline);
        let packed = Zeroizing::new(command.get_packed_command());
        let sent = self
            .stream
            .write_all(&packed)
            .and_then(|()| self.stream.flush());
        sent.map_err(|error| broken(&error))?;
        let mut first = [0];
        self.stream
            .read_exact(&mut first)
            .map_err(|error| broken(&error))?;
        // What the parser reads of replies within replies takes stack, which the host has little of.
        if !FLAT_REPLIES.contains(&first[0]) {
            return Err(no_redis());
        }
        let limited = (&first[..]).chain((&mut self.stream).take(LARGEST_REPLY as u64));
        let reply = self.parser.parse_value(limited);
        match reply.map(Value::extract_error) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(refused(error.code().unwrap_or("no code"))),
            Err(error) => {
                let source = std::error::Error::source(&error);
                let io = source.and_then(|source| source.downcast_ref());
                Err(io.map_or_else(no_redis, broken))
            }
        }
    }

    /// Whether the server has not closed it, nor sent what nobody asked for.
    pub(super) fn is_open(&mut self) -> bool {
        self.stream.is_open()
    }
}

fn no_redis() -> String {
    "the server does not respond as Redis does, or has closed the connection; check host and port \
     in cache"
        .to_owned()
}

fn broken(error: &io::Error) -> String {
    match own(error) {
        Some(own) if own.kind == Kind::TimedOut => {
            "it has not responded in time; check that it runs, and how far away it is".to_owned()
        }
        Some(own) => own.detail.clone(),
        None => format!("the connection broke ({error}); see the server's log"),
    }
}

/// What this library's own socket says.
fn own(error: &io::Error) -> Option<&TransportError> {
    error.get_ref()?.downcast_ref()
}

/// The first word of an error says what it is; the rest may repeat what was sent.
fn refused(code: &str) -> String {
    let advice = match code {
        "NOAUTH" | "WRONGPASS" | "ERR" => "check user, password and database in cache",
        "NOPERM" => "allow this user the commands EVAL, GET, SET, DEL, PTTL and TIME",
        "READONLY" => "it is a replica; give the primary server",
        "MOVED" | "ASK" => "it is part of a cluster; give a single server",
        "OOM" => "it has no memory left; give it more, or have it evict keys",
        _ => "see the server's log",
    };
    format!(
        "the server refused a command ({}); {advice}",
        shortened(code)
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "connection_tests.rs"]
mod tests;
