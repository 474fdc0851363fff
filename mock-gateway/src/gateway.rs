//! A running gateway, and what a test asks it.

use crate::Error;
use crate::ca::{Authority, ServerCertificate};
use crate::record::{Credentials, Issued, Request, State};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempPath;
use tokio::sync::oneshot;

/// A gateway that runs until it is dropped. Every call may be made from any thread.
pub struct Gateway {
    pub(crate) state: Arc<State>,
    pub(crate) address: SocketAddr,
    pub(crate) plain_address: Option<SocketAddr>,
    pub(crate) authority: Authority,
    pub(crate) tls12_only: bool,
    pub(crate) ca_file: TempPath,
    pub(crate) process: u32,
    pub(crate) running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Gateway {
    /// `https://localhost:PORT`
    pub fn base_url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// `https://127.0.0.1:PORT`
    pub fn base_url_ip(&self) -> String {
        format!("https://{}", self.address)
    }

    /// `http://127.0.0.1:PORT`, or "" for a gateway without plain http.
    pub fn plain_base_url(&self) -> String {
        self.plain_address
            .map_or_else(String::new, |address| format!("http://{address}"))
    }

    /// The address of TLS.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn plain_address(&self) -> Option<SocketAddr> {
        self.plain_address
    }

    /// The certificate of the CA that signed the server's.
    pub fn ca_pem(&self) -> &str {
        &self.authority.pem
    }

    /// The same as a file, removed with the gateway.
    pub fn ca_path(&self) -> &Path {
        &self.ca_file
    }

    pub fn credentials(&self) -> Credentials {
        self.state.settings().credentials.clone()
    }

    pub fn set_credentials(&self, credentials: Credentials) {
        self.state.settings().credentials = credentials;
    }

    /// Of the tokens issued from now on.
    pub fn set_lifetime(&self, lifetime: Duration) {
        self.state.settings().lifetime = lifetime;
    }

    /// Before every response from now on.
    pub fn set_delay(&self, delay: Duration) {
        self.state.settings().delay = delay;
    }

    /// While down, every response is 503.
    pub fn set_down(&self, down: bool) {
        self.set_behaviour(if down { "/503" } else { "" });
    }

    /// What `/raw` sends as its whole response, before it closes.
    pub fn set_raw(&self, bytes: impl Into<Vec<u8>>) {
        self.state.settings().raw = bytes.into();
    }

    /// As if every base URL had this path, `/503` say, in front of its own. "" for none.
    pub fn set_behaviour(&self, path: impl Into<String>) {
        self.state.settings().behaviour = path.into();
    }

    /// For the connections from now on.
    ///
    /// # Errors
    /// The certificate cannot be made.
    pub fn set_certificate(&self, kind: ServerCertificate) -> Result<(), Error> {
        let tls = self.authority.server(kind, self.tls12_only)?;
        self.state.settings().tls = tls;
        Ok(())
    }

    /// The requests that arrived whole, oldest first: at most the last [`crate::MAX_RECORDS`].
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.all()
    }

    /// The same, and forgets them; their count goes on.
    pub fn take_requests(&self) -> Vec<Request> {
        self.state.requests.take()
    }

    pub fn request_count(&self) -> u64 {
        self.state.counts.requests.load(Relaxed)
    }

    /// Connections accepted so far, those whose handshake failed too.
    pub fn connection_count(&self) -> u64 {
        self.state.counts.connections.load(Relaxed)
    }

    pub fn open_connections(&self) -> u64 {
        self.state.counts.open_connections.load(Relaxed)
    }

    /// Closes the kept connections, as a server does with idle ones.
    pub fn close_connections(&self) {
        self.state.closing.notify_waiters();
    }

    /// The tokens given out, oldest first: at most the last [`crate::MAX_RECORDS`].
    pub fn issued(&self) -> Vec<Issued> {
        self.state.issued.all()
    }

    /// The same, and forgets them.
    pub fn take_issued(&self) -> Vec<Issued> {
        self.state.issued.take()
    }

    /// Forgets requests, tokens, counts, and how often the prefixes that fail N times have failed.
    pub fn reset(&self) {
        self.state.reset();
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if std::process::id() != self.process {
            // A forked child has neither the threads nor a right to the file.
            self.ca_file.disable_cleanup(true);
            std::mem::forget(self.running.take());
        } else if let Some((stop, thread)) = self.running.take() {
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}
