//! The gateway as a program, for tests in any language.

use lexopt::prelude::*;
use momo_mock_gateway::{Builder, Credentials, Error, Gateway, ServerCertificate, behaviours};
use std::io::{Read, Write};
use std::sync::mpsc::{Sender, channel};
use std::thread;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::ctrl_c;

const USAGE: &str = "\
momo-mock-gateway: a stand-in for MTN Mobile Money's Partner Gateway

Serves POST /{disbursement|collection|remittance}/token/ on https://localhost, and prints one line
of JSON: where, with which credentials, and under which CA.

  --listen ADDRESS:PORT     where TLS is served (127.0.0.1:0, a free port)
  --plain                   serve plain http too, on a second port
  --tls12                   TLS 1.2 only
  --certificate KIND        valid, expired, not-yet-valid, other-name or unknown-authority
  --api-user UUID           what a client must send; known values if not given
  --api-key KEY
  --subscription-key KEY    may be given several times
  --until-stdin-closes      end when standard input does
  --help, --version

GET /__requests tells {\"count\":N,\"connections\":N}; POST /__reset sets both back.

A path prefix in the base URL makes it misbehave; N is a number, prefixes combine from left to right:
";

fn help() -> String {
    let width = behaviours().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = USAGE.to_owned();
    for (name, line) in behaviours() {
        text.push_str(&format!("  /{name:width$}  {line}\n"));
    }
    text
}

fn certificate(kind: &str) -> Result<ServerCertificate, String> {
    Ok(match kind {
        "valid" => ServerCertificate::Valid,
        "expired" => ServerCertificate::Expired,
        "not-yet-valid" => ServerCertificate::NotYetValid,
        "other-name" => ServerCertificate::OtherName,
        "unknown-authority" => ServerCertificate::UnknownAuthority,
        _ => return Err(format!("no such certificate: {kind}")),
    })
}

/// The gateway to start, and whether it ends with standard input. None after help or the version.
fn options() -> Result<Option<(Builder, bool)>, Error> {
    let mut builder = Gateway::builder().plain(false);
    let mut credentials = Credentials::default();
    let mut keys = Vec::new();
    let mut until_stdin_closes = false;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("listen") => builder = builder.listen(arguments.value()?.parse()?),
            Long("plain") => builder = builder.plain(true),
            Long("tls12") => builder = builder.tls12_only(true),
            Long("certificate") => {
                builder = builder.certificate(arguments.value()?.parse_with(certificate)?);
            }
            Long("api-user") => credentials.api_user = arguments.value()?.string()?,
            Long("api-key") => credentials.api_key = arguments.value()?.string()?,
            Long("subscription-key") => keys.push(arguments.value()?.string()?),
            Long("until-stdin-closes") => until_stdin_closes = true,
            Long("help") | Short('h') => {
                std::io::stdout().write_all(help().as_bytes())?;
                return Ok(None);
            }
            Long("version") => {
                println!("momo-mock-gateway {}", env!("CARGO_PKG_VERSION"));
                return Ok(None);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if !keys.is_empty() {
        credentials.subscription_keys = keys;
    }
    Ok(Some((builder.credentials(credentials), until_stdin_closes)))
}

/// A signal must end the program in order, or it leaves its temporary file behind.
fn watch_signals(end: Sender<()>) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let entered = runtime.enter();
    #[cfg(unix)]
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let (mut signal, end) = (signal(kind)?, end.clone());
        runtime.spawn(async move {
            signal.recv().await;
            let _ = end.send(());
        });
    }
    #[cfg(windows)]
    runtime.spawn({
        let mut signal = ctrl_c()?;
        async move {
            signal.recv().await;
            let _ = end.send(());
        }
    });
    drop(entered);
    thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
    Ok(())
}

fn watch_stdin(end: Sender<()>) {
    thread::spawn(move || {
        let mut stdin = std::io::stdin().lock();
        while matches!(stdin.read(&mut [0; 512]), Ok(count) if count > 0) {}
        let _ = end.send(());
    });
}

fn main() -> Result<(), Error> {
    let Some((builder, until_stdin_closes)) = options()? else {
        return Ok(());
    };
    let (end, ended) = channel();
    watch_signals(end.clone())?;
    let gateway = builder.start()?;
    let credentials = gateway.credentials();
    let line = serde_json::json!({
        "base_url": gateway.base_url(),
        "plain_base_url": gateway.plain_base_url(),
        "ca": gateway.ca_path(),
        "api_user": credentials.api_user,
        "api_key": credentials.api_key,
        "subscription_key": credentials.subscription_keys.first(),
    });
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()?;
    if until_stdin_closes {
        watch_stdin(end);
    }
    // Without a sender left it would return at once; the signal watcher keeps one.
    let _ = ended.recv();
    Ok(())
}
