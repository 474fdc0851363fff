//! An nginx that knows the operation, with a certificate made by OpenSSL.
#![allow(dead_code, clippy::unwrap_used, unreachable_pub)]

use std::path::PathBuf;
use std::process::Command;

use super::child::{Program, Scratch, free_port, run};
use super::common::Config;

/// base64 of "user-1234567890:key"
const BASIC: &str = "Basic dXNlci0xMjM0NTY3ODkwOmtleQ==";
pub const USER: &str = "user-1234567890";

pub const TOKEN: &str =
    r#"{"access_token":"eyJ.$request_id.x","token_type":"access_token","expires_in":3600}"#;

pub struct Nginx {
    program: Program,
    scratch: Scratch,
    pub port: u16,
}

/// A line of the access log.
#[derive(Debug, PartialEq, Eq)]
pub struct Logged {
    pub request: String,
    pub status: String,
    pub protocol: String,
    /// The connection's number and which of its requests this is.
    pub connection: String,
    pub place: String,
    pub gzip: String,
    /// "r" if its TLS session was resumed.
    pub session: String,
    pub headers: String,
}

impl Nginx {
    /// With these directives for its server, beside the operation under some paths.
    pub fn start(directives: &str) -> Self {
        let scratch = Scratch::new();
        certificate(&scratch);
        Self::started(scratch, directives)
    }

    /// With this certificate, the authorities in between and its key, in PEM form.
    pub fn with_certificate(bundle: &str, directives: &str) -> Self {
        let scratch = Scratch::new();
        scratch.write("server.pem", bundle);
        scratch.write("server.key", bundle);
        Self::started(scratch, directives)
    }

    fn started(scratch: Scratch, directives: &str) -> Self {
        let port = free_port();
        let at = |name: &str| scratch.path(name).display().to_string();
        let (certificate, key) = (at("server.pem"), at("server.key"));
        let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|kind| format!("{kind}_temp_path {};\n", at(kind)))
            .collect();
        let config = format!(
            r#"daemon off; master_process off; pid {pid}; error_log {errors};
            events {{ worker_connections 64; }}
            http {{
                log_format t '$request|$status|$ssl_protocol|$connection|$connection_requests|$gzip_ratio|$ssl_session_reused|'
                    '$http_accept_encoding$http_transfer_encoding$http_cookie$http_referer,$http_content_length,$http_host,$http_user_agent';
                access_log {log} t; {paths}
                default_type application/json;
                gzip on; gzip_types application/json; gzip_min_length 0; gzip_proxied any;
                map "$http_authorization|$http_ocp_apim_subscription_key" $known {{
                    "{BASIC}|sub" 1; default 0;
                }}
                server {{
                    listen 127.0.0.1:{port} ssl;
                    ssl_certificate {certificate}; ssl_certificate_key {key};
                    ssl_session_cache shared:s:1m;
                    location = /disbursement/token/ {{
                        if ($request_method != POST) {{ return 405; }}
                        if ($known = 0) {{ return 401 '{{"error":"no"}}'; }}
                        return 200 '{TOKEN}';
                    }}
                    {directives}
                }}
            }}"#,
            pid = at("pid"),
            errors = at("error.log"),
            log = at("access.log"),
        );
        let config = scratch.write("nginx.conf", config);
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-e").arg(scratch.path("error.log"));
        command
            .arg("-p")
            .arg(scratch.path(""))
            .arg("-c")
            .arg(config);
        command.stderr(std::process::Stdio::null());
        Self {
            program: Program::serving(&mut command, port),
            scratch,
            port,
        }
    }

    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    pub fn ca(&self) -> PathBuf {
        self.scratch.path("ca.pem")
    }

    pub fn config(&self, path: &str) -> Config {
        let config = Config::new();
        for (name, value) in [
            ("base_url", (self.url() + path).as_str()),
            ("api_user", USER),
            ("api_key", "key"),
            ("subscription_key", "sub"),
            ("ca", self.ca().to_str().unwrap()),
            ("proxy", "none"),
            ("cache", "client"),
            ("max_attempts", "1"),
        ] {
            config.set(name, value);
        }
        config
    }

    /// Ends it and reads its log, whole.
    pub fn end(self) -> Vec<Logged> {
        self.program.end();
        let log = std::fs::read_to_string(self.scratch.path("access.log")).unwrap();
        let lines = log.lines().map(|line| {
            let words: Vec<String> = line.split('|').map(str::to_owned).collect();
            let [
                request,
                status,
                protocol,
                connection,
                place,
                gzip,
                session,
                headers,
            ] = words.try_into().unwrap();
            Logged {
                request,
                status,
                protocol,
                connection,
                place,
                gzip,
                session,
                headers,
            }
        });
        // Other than the test's own probe, which sends nothing.
        lines.filter(|l| !l.request.is_empty()).collect()
    }
}

/// A CA and a certificate for localhost, made by OpenSSL.
fn certificate(scratch: &Scratch) {
    let at = |name: &str| scratch.path(name).display().to_string();
    let new = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
    ];
    let ca = [
        "-subj",
        "/CN=Test CA of OpenSSL",
        "-keyout",
        &at("ca.key"),
        "-out",
        &at("ca.pem"),
    ];
    run(&[new.as_slice(), &ca].concat());
    let signed = [
        "-CA",
        &at("ca.pem"),
        "-CAkey",
        &at("ca.key"),
        "-subj",
        "/CN=localhost",
    ];
    let names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    let leaf = ["-addext", "basicConstraints=critical,CA:FALSE"];
    let out = ["-keyout", &at("server.key"), "-out", &at("server.pem")];
    run(&[new.as_slice(), &signed, &names, &leaf, &out].concat());
}
