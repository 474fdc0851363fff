//! Servers of four makes, which respond to the operation with a token over TLS.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::openssl::OpenSsl;
use super::pki::{Certificate, Pki};
use crate::child::{Program, Scratch, free_port, wait_for};
use crate::common::Config;
use crate::nginx::{Nginx, USER};
use crate::peer::Peer;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Make {
    Nginx,
    Haproxy,
    Stunnel,
    OpenSsl,
}

pub(crate) const MAKES: [Make; 4] = [Make::Nginx, Make::Haproxy, Make::Stunnel, Make::OpenSsl];

pub(crate) struct Server {
    pub(crate) port: u16,
    running: Running,
    scratch: Scratch,
}

enum Running {
    Nginx(Nginx),
    Haproxy(Program),
    Stunnel(Program, #[allow(dead_code)] Peer),
    OpenSsl(OpenSsl),
}

/// What a server's own log says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// How many connections brought a request, or a part of one.
    pub(crate) requests: usize,
    /// How many of them were on a connection that resumed a session.
    pub(crate) resumed: usize,
}

const BODY: &str = r#"{"access_token":"eyJ.abc.x","token_type":"access_token","expires_in":3600}"#;

fn response() -> String {
    let length = BODY.len();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{BODY}")
}

impl Server {
    /// `options` in the server's own language. Each connection serves one request.
    pub(crate) fn start(make: Make, certificate: &Certificate, options: &str) -> Self {
        let port = free_port();
        let scratch = Scratch::new();
        let bundle = scratch.write("server.pem", certificate.bundle());
        let running = match make {
            Make::Nginx => {
                let options = format!("keepalive_timeout 0; {options}");
                Running::Nginx(Nginx::with_certificate(&certificate.bundle(), &options))
            }
            Make::Haproxy => Running::Haproxy(haproxy(port, &bundle, options, &scratch)),
            Make::Stunnel => {
                let origin = Peer::start(origin);
                let program = stunnel(port, &bundle, options, origin.port(), &scratch);
                Running::Stunnel(program, origin)
            }
            Make::OpenSsl => {
                let chain = scratch.write("chain.pem", certificate.chain());
                let response = response();
                Running::OpenSsl(OpenSsl::start(port, &bundle, &chain, options, &response))
            }
        };
        let port = match &running {
            Running::Nginx(nginx) => nginx.port,
            _ => port,
        };
        Self {
            port,
            running,
            scratch,
        }
    }

    /// For a client of this server under `host` that trusts the root, and may try three times.
    pub(crate) fn config(&self, pki: &Pki, host: &str) -> Config {
        let config = Config::new();
        for (name, value) in [
            ("base_url", format!("https://{host}:{}", self.port).as_str()),
            ("api_user", USER),
            ("api_key", "key"),
            ("subscription_key", "sub"),
            ("ca", pki.root().file.to_str().unwrap()),
            ("proxy", "none"),
            ("cache", "client"),
            ("max_attempts", "3"),
        ] {
            config.set(name, value);
        }
        config
    }

    /// Ends it, and reads its log.
    pub(crate) fn end(self) -> Seen {
        let log = self.scratch.path("log");
        let log = || std::fs::read_to_string(&log).unwrap();
        match self.running {
            Running::Nginx(nginx) => {
                let lines = nginx.end();
                Seen {
                    requests: lines.len(),
                    resumed: lines.iter().filter(|l| l.session == "r").count(),
                }
            }
            Running::Haproxy(program) => {
                // Which lets it end, and log, what has begun.
                program.end_by(libc::SIGUSR1);
                let log = log();
                let lines = log.split("bytes=").skip(1);
                let requests = lines.filter(|line| !line.starts_with("0 "));
                Seen {
                    requests: requests.clone().count(),
                    resumed: requests.filter(|line| line.contains("resumed=1")).count(),
                }
            }
            Running::Stunnel(program, _) => {
                let count = |word: &str| log().matches(word).count();
                wait_for("end of stunnel's connections", || {
                    count("accepted connection from") == count(" sent to TLS, ")
                });
                program.end();
                Seen {
                    requests: count(" sent to socket") - count(" 0 byte(s) sent to socket"),
                    resumed: count("previous session reused"),
                }
            }
            Running::OpenSsl(server) => {
                let decrypted = server.end();
                let decrypted = String::from_utf8_lossy(&decrypted);
                let requests = decrypted.split("\r\n\r\n");
                Seen {
                    requests: requests.filter(|request| !request.is_empty()).count(),
                    resumed: 0,
                }
            }
        }
    }
}

fn haproxy(port: u16, bundle: &Path, options: &str, scratch: &Scratch) -> Program {
    let config = format!(
        "global\n log stdout format raw local0\n\
         defaults\n mode http\n timeout client 20s\n option httpclose\n log global\n \
         log-format \"bytes=%U resumed=%[ssl_fc_is_resumed]\"\n\
         frontend gateway\n bind 127.0.0.1:{port} ssl crt {} {options}\n \
         http-request return status 200 content-type application/json string '{BODY}'\n",
        bundle.display()
    );
    let config = scratch.write("haproxy.cfg", config);
    let log = std::fs::File::create(scratch.path("log")).unwrap();
    let mut command = Command::new("/usr/sbin/haproxy");
    command.args(["-db", "-f"]).arg(config);
    command.stdout(log).stderr(Stdio::null());
    Program::serving(&mut command, port)
}

fn stunnel(port: u16, bundle: &Path, options: &str, origin: u16, scratch: &Scratch) -> Program {
    let config = format!(
        "foreground = yes\npid =\nsyslog = no\ndebug = info\noutput = {}\n[gateway]\n\
         accept = 127.0.0.1:{port}\nconnect = 127.0.0.1:{origin}\ncert = {}\n{options}\n",
        scratch.path("log").display(),
        bundle.display()
    );
    let config: PathBuf = scratch.write("stunnel.conf", config);
    let mut command = Command::new("stunnel");
    command.arg(config).stderr(Stdio::null());
    Program::serving(&mut command, port)
}

/// What stunnel decrypts for.
fn origin(mut stream: TcpStream) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut head = lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty());
    if head.any(|line| line.starts_with("POST ")) && head.count() > 0 {
        let _ = stream.write_all(response().as_bytes());
    }
}
