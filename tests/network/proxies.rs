//! Through tinyproxy and past it; NO_PROXY beside the real curl.

mod no_proxy;
mod socks;

use std::process::Command;

use crate::child::{Program, Scratch, again, case, free_port, var};
use crate::common::*;
use crate::peer::{Peer, closing};

struct Tinyproxy {
    _program: Program,
    scratch: Scratch,
    port: u16,
}

impl Tinyproxy {
    /// Asks for a password, and leads to these ports alone.
    fn start(ports: &[u16]) -> Self {
        let (scratch, port) = (Scratch::new(), free_port());
        let mut config = format!(
            "Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nLogLevel Connect\n\
             LogFile \"{}\"\nBasicAuth shop pass-s3cr3t\n",
            scratch.path("log").display()
        );
        for port in ports {
            config += &format!("ConnectPort {port}\n");
        }
        let config = scratch.write("tinyproxy.conf", config);
        let mut command = Command::new("tinyproxy");
        command.arg("-d").arg("-c").arg(config);
        command.stdout(std::process::Stdio::null());
        Self {
            _program: Program::serving(&mut command, port),
            scratch,
            port,
        }
    }

    /// The tunnels asked for so far.
    fn tunnels(&self) -> usize {
        // It begins its log some time after it listens.
        let log = std::fs::read_to_string(self.scratch.path("log")).unwrap_or_default();
        log.matches("CONNECT localhost:").count()
    }

    fn url(&self, user: &str) -> String {
        format!("http://{user}127.0.0.1:{}", self.port)
    }
}

const USER: &str = "shop:pass%2Ds3cr3t@";

fn fails_quietly(outcome: Result<impl Sized, Error>, status: momo_status, words: &[&str]) {
    let error = fails(outcome, status, words);
    for secret in ["s3cr3t", "c2hvc"] {
        assert!(!error.message.contains(secret), "{}", error.message);
    }
}

#[test]
fn tokens_come_through_a_tunnel_that_is_kept() {
    let gateway = Gateway::start().unwrap();
    let proxy = Tinyproxy::start(&[gateway.address().port()]);
    let config = Config::mock(&gateway, "");
    config.set("proxy", &proxy.url(USER));
    let client = config.client();
    for _ in 0..3 {
        client.create().unwrap();
    }
    assert_eq!((gateway.connection_count(), proxy.tunnels()), (1, 1));
    // A refresh leaves no connection open, of the tunnel neither.
    drop(client);
    let client = config.client();
    client.get().unwrap();
    crate::child::wait_for("end of the tunnel", || gateway.open_connections() == 0);
    // As a server does with idle ones: the next call needs a new tunnel and loses nothing.
    client.create().unwrap();
    gateway.close_connections();
    crate::child::wait_for("end of the connection", || gateway.open_connections() == 0);
    client.create().unwrap();
    assert_eq!(gateway.request_count(), 6);
}

#[test]
fn a_proxy_that_refuses_is_a_failed_connection_with_its_status_and_without_the_password() {
    let gateway = Gateway::start().unwrap();
    let port = gateway.address().port();
    let (open, other) = (Tinyproxy::start(&[port]), Tinyproxy::start(&[port ^ 1]));
    let nobody = format!("http://user:s3cr3t@127.0.0.1:{}", free_port());
    // A refusal is not tried again.
    #[rustfmt::skip]
    let rows = [
        // tinyproxy says 401 to a wrong password, and 407 only to none; others say 407 to both.
        (open.url("shop:wrong-s3cr3t@"), MOMO_CONNECT_FAILED, ["401", "password", "attempt 1 of 2"]),
        (open.url("shop@"), MOMO_CONNECT_FAILED, ["401", "password", "attempt 1 of 2"]),
        (open.url(""), MOMO_CONNECT_FAILED, ["407", "password", "attempt 1 of 2"]),
        (other.url(USER), MOMO_CONNECT_FAILED, ["403", "proxy", "attempt 1 of 2"]),
        (nobody, MOMO_CONNECT_FAILED, ["refused", "through proxy 127.0.0.1:", "attempt 2 of 2"]),
        ("http://proxy.invalid:3128".to_owned(), MOMO_RESOLVE_FAILED, ["proxy.invalid", "has no address", "attempt 2 of 2"]),
    ];
    for (proxy, status, words) in rows {
        let config = Config::mock(&gateway, "");
        config.set("proxy", &proxy).set("max_attempts", "2");
        let log = config.log();
        fails_quietly(config.client().create(), status, &words);
        assert!(!log.text().contains("s3cr3t"), "{}", log.text());
    }
    assert_eq!(gateway.connection_count(), 0);
}

#[test]
fn plain_http_never_goes_through_a_proxy() {
    if case().is_some() {
        for proxy in ["env", &var("PROXY"), "none"] {
            let config = credentials(&var("BASE_URL"), "mozilla");
            config.set("proxy", proxy).client().create().unwrap();
        }
        return;
    }
    let gateway = Gateway::start().unwrap();
    let proxy = Peer::start(closing);
    let mut child = again(|| (), "x");
    child.env("BASE_URL", gateway.plain_base_url());
    child.env("PROXY", proxy.url("http"));
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "HTTPS_PROXY"] {
        child.env(name, proxy.url("http"));
    }
    child.passes();
    assert_eq!((gateway.request_count(), proxy.accepted()), (3, 0));
}

fn credentials(base_url: &str, ca: &str) -> Config {
    let config = Config::with_credentials(base_url, ca);
    config.set("max_attempts", "1").set("cache", "none");
    config
}

/// Variables, where the call goes ("OK" is the proxy, "" past it), or the words of the refusal.
/// GOOD and DOWN stand for what is known at run time. A unit test has the order of the variables.
type Row = (&'static [(&'static str, &'static str)], &'static str);
#[rustfmt::skip]
const ENVIRONMENT: &[Row] = &[
    (&[], ""),
    (&[("HTTPS_PROXY", "GOOD")], "OK"),
    (&[("https_proxy", "GOOD"), ("HTTPS_PROXY", "DOWN")], "OK"),
    (&[("HTTPS_PROXY", ""), ("all_proxy", "GOOD")], "OK"),
    (&[("HTTP_PROXY", "DOWN"), ("http_proxy", "DOWN")], ""),
    (&[("MOMO_PROXY", "DOWN")], ""),
    (&[("HTTPS_PROXY", "DOWN")], "refused"),
    (&[("HTTPS_PROXY", "DOWN"), ("no_proxy", "x, localhost")], ""),
    (&[("HTTPS_PROXY", "ftp://user:s3cr3t@proxy")], "variable HTTPS_PROXY names no usable proxy"),
];

#[test]
fn the_environment_names_the_proxy_as_it_does_for_curl() {
    if let Some(case) = case() {
        let (_, expected) = ENVIRONMENT[case.parse::<usize>().unwrap()];
        let config = credentials(&var("BASE_URL"), &var("CA"));
        match expected {
            "OK" | "" => drop(config.client().create().unwrap()),
            "refused" => fails_quietly(config.client().create(), MOMO_CONNECT_FAILED, &[expected]),
            words => fails_quietly(config.try_client(), MOMO_INVALID_CONFIG, &[words]),
        }
        return;
    }
    let gateway = Gateway::start().unwrap();
    let proxy = Tinyproxy::start(&[gateway.address().port()]);
    let down = format!("http://127.0.0.1:{}", free_port());
    for (number, (variables, expected)) in ENVIRONMENT.iter().enumerate() {
        let before = proxy.tunnels();
        let mut child = again(|| (), &number.to_string());
        for (name, value) in *variables {
            let value = value
                .replace("GOOD", &proxy.url(USER))
                .replace("DOWN", &down);
            child.env(name, value);
        }
        child.env("BASE_URL", gateway.base_url());
        child.env("CA", gateway.ca_path()).passes();
        let tunnels = usize::from(*expected == "OK");
        assert_eq!(proxy.tunnels() - before, tunnels, "{variables:?}");
    }
}
