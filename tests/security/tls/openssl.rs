//! `openssl s_server`, which responds to every request with a token.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crate::child::wait_for;

pub(crate) struct OpenSsl {
    program: Child,
    responder: Option<JoinHandle<()>>,
    received: Arc<Mutex<Vec<u8>>>,
}

impl OpenSsl {
    pub(crate) fn start(
        port: u16,
        bundle: &Path,
        chain: &Path,
        options: &str,
        response: &str,
    ) -> Self {
        let mut command = Command::new("openssl");
        // Quiet, it prints what clients send and nothing else, and what it reads is the response.
        command.args([
            "s_server",
            "-quiet",
            "-accept",
            &format!("127.0.0.1:{port}"),
        ]);
        command.arg("-cert").arg(bundle).arg("-key").arg(bundle);
        if std::fs::metadata(chain).unwrap().len() > 0 {
            command.arg("-cert_chain").arg(chain);
        }
        command.args(options.split_whitespace());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut program = command.spawn().unwrap();
        let pipes = (
            program.stdout.take().unwrap(),
            program.stdin.take().unwrap(),
        );
        let received = Arc::<Mutex<Vec<u8>>>::default();
        let (shared, response) = (Arc::clone(&received), response.to_owned());
        let mut server = Self {
            program,
            responder: Some(std::thread::spawn(move || {
                respond(pipes, &shared, &response)
            })),
            received,
        };
        wait_for("openssl s_server", || {
            assert_eq!(server.program.try_wait().unwrap(), None, "it ended");
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        server
    }

    /// What it decrypted.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.stop();
        self.received.lock().unwrap().clone()
    }

    fn stop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
        if let Some(responder) = self.responder.take() {
            responder.join().unwrap();
        }
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Until the program ends.
fn respond(pipes: (ChildStdout, ChildStdin), received: &Mutex<Vec<u8>>, response: &str) {
    let (mut from, mut to) = pipes;
    let mut buffer = [0; 4096];
    while let Ok(amount @ 1..) = from.read(&mut buffer) {
        let mut received = received.lock().unwrap();
        received.extend(&buffer[..amount]);
        if received.ends_with(b"\r\n\r\n") {
            let _ = to.write_all(response.as_bytes());
        }
    }
}
