//! One connection to a Redis server: this library's own sockets, deadlines and trust, and the
//! protocol of the `redis` crate. That crate's own connections look names up without an end and read
//! the trusted certificates anew each time.

use std::io::{self, Read, Write};
use std::time::Instant;

use ::redis::{Cmd, Parser, Value, cmd};
use rustls::{ClientConnection, StreamOwned};
use zeroize::Zeroizing;

use super::super::store::LARGEST_VALUE;
use crate::cancellation::Cancellation;
use crate::config::{Ca, RedisUrl};
use crate::error::Failure;
use crate::net::socket::{Peer, Socket};
use crate::net::transport_error::{Kind, TransportError};
use crate::net::{tls::TlsClient, trust};
use crate::secret::Secret;

/// The first bytes of the replies that the commands of this library have: simple strings, errors,
/// integers, bulk strings.
const FLAT_REPLIES: &[u8] = b"+-:$";

/// The longest reply has two values.
const LARGEST_REPLY: usize = 3 * LARGEST_VALUE;

pub(super) struct Connector {
    url: RedisUrl,
    tls: Option<TlsClient>,
}

pub(super) struct Connection {
    stream: Stream,
    parser: Parser,
}

enum Stream {
    Plain(TimedSocket),
    Tls(Box<StreamOwned<ClientConnection, TimedSocket>>),
}

/// A socket that knows by when it has to be done.
struct TimedSocket {
    socket: Socket,
    deadline: Instant,
}

impl Connector {
    pub(super) fn new(url: &RedisUrl, ca: &Ca) -> Result<Self, Failure> {
        let tls = url
            .tls
            .then(|| TlsClient::new(trust::verifier(ca)?, None, "cache"));
        Ok(Self {
            url: url.clone(),
            tls: tls.transpose()?,
        })
    }

    pub(super) fn connect(&self, deadline: Instant) -> Result<Connection, String> {
        let stream = with_new_session(|| self.open(deadline));
        let mut connection = Connection {
            stream: stream.map_err(|error| error.to_string())?,
            parser: Parser::new(),
        };
        for command in self.greeting() {
            connection.run(&command, deadline)?;
        }
        Ok(connection)
    }

    fn open(&self, deadline: Instant) -> Result<Stream, TransportError> {
        let RedisUrl { host, port, .. } = &self.url;
        let peer = Peer {
            host,
            port: *port,
            loopback_only: false,
        };
        let mut socket = TimedSocket {
            // Clients share the connection: none of them ends it alone.
            socket: Socket::connect(&peer, deadline, &Cancellation::new())?,
            deadline,
        };
        let Some(tls) = &self.tls else {
            return Ok(Stream::Plain(socket));
        };
        let connected = tls.connect(host, &mut socket, own)?;
        let stream = StreamOwned::new(connected.connection, socket);
        Ok(Stream::Tls(Box::new(stream)))
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
    pub(super) fn run(&mut self, command: &Cmd, deadline: Instant) -> Result<Value, String> {
        self.stream.timed().deadline = deadline;
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
            Ok(Err(error)) => Err(refused(error.code().unwrap_or_default())),
            Err(error) => {
                let source = std::error::Error::source(&error);
                let io = source.and_then(|source| source.downcast_ref());
                Err(io.map_or_else(no_redis, broken))
            }
        }
    }

    /// Whether the server has not closed it, nor sent what nobody asked for.
    pub(super) fn is_open(&mut self) -> bool {
        self.stream.timed().socket.is_open()
    }
}

/// A TLS session whose certificate has ended is forgotten: the next connection begins another.
fn with_new_session<T>(
    mut open: impl FnMut() -> Result<T, TransportError>,
) -> Result<T, TransportError> {
    match open() {
        Err(error) if error.kind == Kind::SessionEnded => open(),
        outcome => outcome,
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

/// The first word of an error says what it is, in capitals. All else may repeat what was sent.
fn refused(code: &str) -> String {
    const MAX_CODE_BYTES: usize = 16;
    let is_code =
        (1..=MAX_CODE_BYTES).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_uppercase());
    let code = if is_code { code } else { "no code" };
    let advice = match code {
        "NOAUTH" | "WRONGPASS" | "ERR" => "check user, password and database in cache",
        "NOPERM" => "allow this user the commands EVAL, GET, SET, DEL, PTTL and TIME",
        "READONLY" => "it is a replica; give the primary server",
        "MOVED" | "ASK" => "it is part of a cluster; give a single server",
        "OOM" => "it has no memory left; give it more, or have it evict keys",
        _ => "see the server's log",
    };
    format!("the server refused a command ({code}); {advice}")
}

impl Stream {
    fn timed(&mut self) -> &mut TimedSocket {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => &mut stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(into),
            Self::Tls(stream) => stream.read(into),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(from),
            Self::Tls(stream) => stream.write(from),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

impl Read for TimedSocket {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.socket
            .read(into, self.deadline)
            .map_err(io::Error::other)
    }
}

impl Write for TimedSocket {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.socket
            .write(from, self.deadline)
            .map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "connection_tests.rs"]
mod tests;
