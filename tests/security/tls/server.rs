//! Servers of two makes, which respond to the operation with a token over TLS.

use std::process::{Command, Stdio};

use super::pki::Certificate;
use crate::child::{Program, Scratch, free_port};
use crate::nginx::Nginx;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Make {
    Nginx,
    Haproxy,
}

pub(crate) enum Server {
    Nginx(Nginx),
    Haproxy {
        program: Program,
        port: u16,
        scratch: Scratch,
    },
}

pub(crate) const BODY: &str =
    r#"{"access_token":"eyJ.abc.x","token_type":"access_token","expires_in":3600}"#;

impl Server {
    /// `options` in the server's own language. Each connection serves one request. The server may
    /// have certificates that are too weak by its own default.
    pub(crate) fn start(make: Make, certificate: &Certificate, options: &str) -> Self {
        let bundle = certificate.bundle();
        match make {
            Make::Nginx => {
                let all = "keepalive_timeout 0; ssl_ciphers DEFAULT@SECLEVEL=0;";
                Self::Nginx(Nginx::with_certificate(
                    &bundle,
                    &format!("{all} {options}"),
                ))
            }
            Make::Haproxy => {
                let (port, scratch) = (free_port(), Scratch::new());
                scratch.write("server.pem", bundle);
                let program = haproxy(port, options, &scratch);
                Self::Haproxy {
                    program,
                    port,
                    scratch,
                }
            }
        }
    }

    pub(crate) fn port(&self) -> u16 {
        match self {
            Self::Nginx(nginx) => nginx.port,
            Self::Haproxy { port, .. } => *port,
        }
    }

    /// Ends it. Its log says of each connection that brought a request, or a part of one, whether that
    /// resumed a session.
    pub(crate) fn end(self) -> Vec<bool> {
        match self {
            Self::Nginx(nginx) => nginx.end().iter().map(|l| l["session"] == "r").collect(),
            Self::Haproxy {
                program, scratch, ..
            } => {
                // Which lets it end, and log, what has begun.
                program.end_by(libc::SIGUSR1);
                let log = std::fs::read_to_string(scratch.path("log")).unwrap();
                let lines = log.split("bytes=").skip(1);
                let requests = lines.filter(|line| !line.starts_with("0 "));
                requests.map(|l| l.contains("resumed=1")).collect()
            }
        }
    }
}

fn haproxy(port: u16, options: &str, scratch: &Scratch) -> Program {
    let config = format!(
        "global\n log stdout format raw local0\n\
         defaults\n mode http\n timeout client 20s\n option httpclose\n log global\n \
         log-format \"bytes=%U resumed=%[ssl_fc_is_resumed]\"\n\
         frontend gateway\n bind 127.0.0.1:{port} ssl crt {} ciphers DEFAULT@SECLEVEL=0 {options}\n \
         http-request return status 200 content-type application/json string '{BODY}'\n",
        scratch.path("server.pem").display()
    );
    let config = scratch.write("haproxy.cfg", config);
    let log = std::fs::File::create(scratch.path("log")).unwrap();
    let mut command = Command::new("/usr/sbin/haproxy");
    command.args(["-db", "-f"]).arg(config);
    command.stdout(log).stderr(Stdio::null());
    Program::serving(&mut command, port)
}
