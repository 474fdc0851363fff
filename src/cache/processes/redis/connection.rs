//! One connection to a Redis server: this library's own sockets, deadlines and trust.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;

use super::refusal;
use super::resp::{self, Command, Reply};
use crate::config::{Ca, RedisUrl};
use crate::credentials::read_password;
use crate::net::{Connection, Kind, Limits, Route, TransportError, tls, trust};
use crate::{Deadline, Failure, SecretBytes};

/// How long a command may take; what connecting took is added, as the server may be far away.
pub(super) const COMMAND_TIMEOUT: Duration = Duration::from_millis(250);
/// How long connecting may take, or a command to a server that is far away.
pub(super) const MAX_TIMEOUT: Duration = Duration::from_secs(1);

/// Firewalls and load balancers forget a connection that was idle for longer, and tell nobody.
const MAX_IDLE: Duration = Duration::from_secs(15);

pub(super) struct Connector {
    pub(super) url: RedisUrl,
    pub(super) ca: Ca,
    tls: Option<Arc<ClientConfig>>,
}

pub(super) struct RedisConnection {
    pub(super) stream: Box<dyn Connection>,
    /// AUTH and SELECT, which go with the first command: each would cost a round trip of its own. If
    /// one is refused the command may be run elsewhere, in database 0, where it does no harm.
    hello: Vec<Command>,
    received: Vec<u8>,
    /// Commands that were sent and have no reply yet.
    awaited: usize,
    pub(super) timeout: Duration,
    idle_until: Deadline,
}

impl Connector {
    pub(super) fn new(url: &RedisUrl, ca: &Ca) -> Result<Self, Failure> {
        let mut tls = url.tls.then(|| trust::tls_config(ca)).transpose()?;
        if let Some(config) = &mut tls {
            // Redis has no name there.
            Arc::make_mut(config).alpn_protocols.clear();
        }
        let (url, ca) = (url.clone(), ca.clone());
        let connector = Self { url, ca, tls };
        // What is in the files is known to be good, or an error, before any network.
        connector.hello().map_err(Failure::config)?;
        connector.tls().map_err(Failure::config)?;
        Ok(connector)
    }

    /// With the client certificate that is in its files now.
    fn tls(&self) -> Result<Option<Arc<ClientConfig>>, String> {
        let with_certificate = self.tls.as_ref().zip(self.url.client_certificate.as_ref());
        let Some((config, (certificate, key))) = with_certificate else {
            return Ok(self.tls.clone());
        };
        let config = tls::with_client_certificate(config, certificate, key)?;
        Ok(Some(Arc::new(config)))
    }

    pub(super) fn connect(&self, limits: Limits) -> Result<RedisConnection, String> {
        let began = Instant::now();
        let route = Route {
            host: self.url.host.clone(),
            port: self.url.port,
            tls: self.tls()?,
            option: "cache",
            proxy: None,
            user_agent: String::new(),
            loopback_only: false,
        };
        let stream = route.open(limits);
        Ok(RedisConnection {
            stream: stream.map_err(|error| error.to_string())?,
            hello: self.hello()?,
            received: Vec::new(),
            awaited: 0,
            timeout: MAX_TIMEOUT.min(COMMAND_TIMEOUT + began.elapsed()),
            idle_until: Deadline::after(MAX_IDLE),
        })
    }

    /// With the password that is in its file now.
    fn hello(&self) -> Result<Vec<Command>, String> {
        let file = self.url.password_file.as_ref().map(|path| {
            read_password(path).map_err(|why| format!("option cache_password_file: {why}"))
        });
        let password = file.transpose()?.or_else(|| self.url.password.clone());
        let login = password.as_ref().map(|password| {
            let words = self.url.user.iter().chain([password]);
            let words: Vec<_> = words.map(|word| word.expose().as_bytes()).collect();
            Command::new("AUTH", &words)
        });
        let database = self.url.database.to_string();
        let select = (database != "0").then(|| Command::new("SELECT", &[database.as_bytes()]));
        Ok(login.into_iter().chain(select).collect())
    }
}

impl RedisConnection {
    /// Sends a command and waits for its reply. `owed` goes before it, whatever becomes of that.
    /// After an error the connection is of no more use.
    pub(super) fn run(
        &mut self,
        owed: &[Command],
        command: &Command,
        limits: &Limits,
    ) -> Result<Reply, String> {
        *self.stream.limits() = limits.within(self.timeout);
        let hello = std::mem::take(&mut self.hello);
        let commands = hello.iter().chain(owed).chain([command]);
        self.send(&commands.collect::<Vec<_>>());
        for greeting in &hello {
            self.reply_to(greeting)?;
        }
        for _ in owed {
            self.receive()?;
        }
        let reply = self.reply_to(command)?;
        self.idle_until = Deadline::after(MAX_IDLE);
        Ok(reply)
    }

    /// If it fails the read says why: a server with too many clients responds and closes the
    /// connection before it has read anything.
    fn send(&mut self, commands: &[&Command]) {
        self.awaited += commands.len();
        let lengths = commands.iter().map(|command| command.bytes.len());
        let mut bytes = SecretBytes::with_capacity(lengths.sum());
        for command in commands {
            bytes.extend_from_slice(&command.bytes);
        }
        let sent = self.stream.write_all(&bytes);
        let _ = sent.and_then(|()| self.stream.flush());
    }

    fn reply_to(&mut self, command: &Command) -> Result<Reply, String> {
        match self.receive()? {
            // A sentinel knows few commands.
            Reply::Error(error) if error.contains(refusal::UNKNOWN) && self.is_sentinel() => Err(
                "it is a sentinel, which keeps no values; give the address of the primary, or a name \
                 that leads to it"
                    .to_owned(),
            ),
            Reply::Error(error) => Err(refusal::explained(command.name, &error)),
            reply => Ok(reply),
        }
    }

    /// The replies to what was sent before come first.
    fn is_sentinel(&mut self) -> bool {
        self.send(&[&Command::new("INFO", &[b"server"])]);
        while self.awaited > 1 && self.receive().is_ok() {}
        let find = |text: &[u8]| memchr::memmem::find(text, b"redis_mode:sentinel").is_some();
        matches!(self.receive(), Ok(Reply::Bulk(text)) if find(&text))
    }

    fn receive(&mut self) -> Result<Reply, String> {
        loop {
            if let Some((reply, length)) = resp::parse(&self.received)? {
                self.received.drain(..length);
                self.awaited = self.awaited.saturating_sub(1);
                return Ok(reply);
            }
            let mut bytes = [0; 4096];
            match self.stream.read(&mut bytes) {
                Ok(0) => return Err(resp::MALFORMED.to_owned()),
                Ok(count) => self.received.extend_from_slice(&bytes[..count]),
                Err(error) => return Err(broken(error)),
            }
        }
    }

    /// It was used a moment ago, and the server has neither closed it nor sent unasked bytes.
    pub(super) fn is_open(&mut self) -> bool {
        !self.idle_until.has_passed() && self.received.is_empty() && self.stream.is_open()
    }
}

fn broken(error: io::Error) -> String {
    match error.downcast::<TransportError>() {
        Ok(own) if own.kind == Kind::TimedOut => {
            "it has not responded in time; check that it runs, and how far away it is".to_owned()
        }
        Ok(own) => own.detail,
        Err(error) => format!("the connection broke ({error}); see the server's log"),
    }
}

#[cfg(test)]
mod tests;
