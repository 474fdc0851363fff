//! Through tinyproxy, past it, and beside proxies that do not answer; NO_PROXY beside the real
//! curl.

mod no_proxy;
mod socks;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Instant;

use crate::child::{Again, Program, Scratch, again, case, free_port, var};
use crate::common::*;
use crate::peer::{Peer, closing, dripping_http, silent};

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

fn fails(outcome: Result<impl Sized, Error>, status: momo_status, words: &[&str]) {
    let Err(error) = outcome else {
        panic!("no failure: {words:?}");
    };
    assert_eq!(error.status, status, "{}", error.message);
    for word in words {
        assert!(error.message.contains(word), "{word}: {}", error.message);
    }
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

/// Repeats the credentials it refuses; reads once, so that a request in pieces would be answered
/// with a reset, which no client can read past.
fn refusing(mut stream: TcpStream) {
    let mut buffer = [0; 4096];
    let amount = stream.read(&mut buffer).unwrap_or(0);
    let asked = String::from_utf8_lossy(&buffer[..amount]).replace("\r\n", " ");
    let head = format!("HTTP/1.1 407 {asked}\r\nContent-Length: 0\r\nX-Asked: {asked}\r\n\r\n");
    let _ = stream.write_all(head.as_bytes());
}

#[test]
fn a_proxy_that_refuses_is_a_failed_connection_with_its_status_and_without_the_password() {
    let gateway = Gateway::start().unwrap();
    let port = gateway.address().port();
    let (open, other) = (Tinyproxy::start(&[port]), Tinyproxy::start(&[port ^ 1]));
    let nobody = format!("http://user:s3cr3t@127.0.0.1:{}", free_port());
    let (hangs_up, says_407) = (Peer::start(closing), Peer::start(refusing));
    for (proxy, words) in [
        // tinyproxy says 401 to a wrong password, and 407 only to none; others say 407 to both.
        (open.url("shop:wrong-s3cr3t@"), ["401", "password"]),
        (
            says_407.url("http").replace("//", "//shop:s3cr3t@"),
            ["407", "password"],
        ),
        (open.url("shop@"), ["401", "password"]),
        (open.url(""), ["407", "password"]),
        (other.url(USER), ["403", "proxy"]),
        (nobody, ["refused", "through proxy 127.0.0.1:"]),
        (hangs_up.url("http"), ["proxy", "through proxy 127.0.0.1:"]),
        (
            "http://proxy.invalid:3128".to_owned(),
            ["proxy.invalid", "has no address"],
        ),
    ] {
        let config = Config::mock(&gateway, "");
        config.set("proxy", &proxy);
        let log = config.log();
        let status = if proxy.contains(".invalid") {
            MOMO_RESOLVE_FAILED
        } else {
            MOMO_CONNECT_FAILED
        };
        fails(config.client().create(), status, &words);
        assert!(!log.text().contains("s3cr3t"), "{}", log.text());
    }
    assert_eq!(gateway.connection_count(), 0);
    // Nor is a password tried again that was refused.
    let asked = says_407.accepted();
    let config = Config::mock(&gateway, "");
    config
        .set("proxy", &says_407.url("http"))
        .set("max_attempts", "3");
    fails(
        config.client().create(),
        MOMO_CONNECT_FAILED,
        &["attempt 1 of 3"],
    );
    assert_eq!(says_407.accepted(), asked + 1);
}

#[test]
fn a_proxy_that_stalls_or_drips_holds_a_call_no_longer_than_its_time() {
    let gateway = Gateway::start().unwrap();
    for treat in [silent, dripping_http] {
        let proxy = Peer::start(treat);
        for (name, timeout_ms) in [
            ("timeout", -1),
            ("connect_timeout", -1),
            ("user_agent", 1000),
        ] {
            let config = Config::mock(&gateway, "");
            config.set("proxy", &proxy.url("http")).set(name, "1s");
            let client = config.client();
            let start = Instant::now();
            let outcome = client.create_within(timeout_ms);
            fails(outcome, MOMO_TIMED_OUT, &["asking the proxy for a tunnel"]);
            let spent = start.elapsed();
            assert!((ms(990)..SOON).contains(&spent), "{name} {spent:?}");
        }
    }
}

#[test]
fn plain_http_never_goes_through_a_proxy() {
    const NAME: &str = "plain_http_never_goes_through_a_proxy";
    if case().is_some() {
        for proxy in ["env", &var("PROXY"), "none"] {
            let config = credentials(&var("BASE_URL"), "mozilla");
            config.set("proxy", proxy).client().create().unwrap();
        }
        return;
    }
    let gateway = Gateway::start().unwrap();
    let proxy = Peer::start(closing);
    let child = again(NAME, "x").env("BASE_URL", gateway.plain_base_url());
    let child = child.env("PROXY", proxy.url("http"));
    let names = ["http_proxy", "HTTP_PROXY", "all_proxy", "HTTPS_PROXY"];
    let all = |c: Again, n: &&str| c.env(n, proxy.url("http"));
    names.iter().fold(child, all).run();
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
    const NAME: &str = "the_environment_names_the_proxy_as_it_does_for_curl";
    if let Some(case) = case() {
        let (_, expected) = ENVIRONMENT[case.parse::<usize>().unwrap()];
        let config = credentials(&var("BASE_URL"), &var("CA"));
        match expected {
            "OK" | "" => drop(config.client().create().unwrap()),
            "refused" => fails(config.client().create(), MOMO_CONNECT_FAILED, &[expected]),
            words => fails(config.try_client(), MOMO_INVALID_CONFIG, &[words]),
        }
        return;
    }
    let gateway = Gateway::start().unwrap();
    let proxy = Tinyproxy::start(&[gateway.address().port()]);
    let down = format!("http://127.0.0.1:{}", free_port());
    for (number, (variables, expected)) in ENVIRONMENT.iter().enumerate() {
        let before = proxy.tunnels();
        let mut child = again(NAME, &number.to_string());
        for (name, value) in *variables {
            let value = value
                .replace("GOOD", &proxy.url(USER))
                .replace("DOWN", &down);
            child = child.env(name, value);
        }
        let child = child.env("BASE_URL", gateway.base_url());
        child.env("CA", gateway.ca_path()).run();
        let tunnels = usize::from(*expected == "OK");
        assert_eq!(proxy.tunnels() - before, tunnels, "{variables:?}");
    }
}
