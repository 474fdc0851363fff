//! An nginx that knows the operation, with a certificate made by OpenSSL.
#![allow(dead_code, clippy::unwrap_used, unreachable_pub)]

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::child::{Program, Scratch, free_port, self_signed};
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

impl Nginx {
    /// With these directives for its server, beside the operation under some paths.
    pub fn start(directives: &str) -> Self {
        let scratch = Scratch::new();
        self_signed(&scratch);
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
                log_format t escape=json '{{"request":"$request","status":"$status","protocol":"$ssl_protocol",'
                    '"connection":"$connection","place":"$connection_requests","gzip":"$gzip_ratio",'
                    '"session":"$ssl_session_reused","headers":"$http_accept_encoding$http_transfer_encoding'
                    '$http_cookie$http_referer,$http_content_length,$http_host,$http_user_agent"}}';
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
        command.args(["-e", &at("error.log"), "-p", &at(""), "-c"]);
        command.arg(config).stderr(std::process::Stdio::null());
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
        self.scratch.path("server.pem")
    }

    pub fn config(&self, path: &str) -> Config {
        let (url, ca) = (self.url() + path, self.ca());
        Config::at(&url, [USER, "key", "sub"], ca.to_str().unwrap())
    }

    /// Ends it and reads its log, whole. Of a connection's requests each has its `place`; `session`
    /// is "r" if the TLS session was resumed.
    pub fn end(self) -> Vec<Value> {
        drop(self.program);
        let log = std::fs::read_to_string(self.scratch.path("access.log")).unwrap();
        let lines = log.lines().map(serde_json::from_str::<Value>);
        // Other than the test's own probe, which sends nothing.
        let lines = lines.map(Result::unwrap);
        lines.filter(|line| line["request"] != "").collect()
    }
}
