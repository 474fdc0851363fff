//! What the gateway has seen and issued, and what can be changed while it runs.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio_rustls::rustls::ServerConfig;

/// Requests and tokens kept; a load test must not fill the memory. The counts go on.
pub const MAX_RECORDS: usize = 20_000;

pub const DEFAULT_API_USER: &str = "a0e5c1d2-7b34-4f86-9c0d-1e2f3a4b5c6d";
pub const DEFAULT_API_KEY: &str = "3f7a9c0b5d1e4826a4c8e0f2b6d81357";
pub const DEFAULT_SUBSCRIPTION_KEY: &str = "8c2e6a0f4b9d4d1795e3f7a1c5b9d024";

/// What a client must send to get a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub api_user: String,
    pub api_key: String,
    /// Each of them is accepted: MTN gives them out in pairs.
    pub subscription_keys: Vec<String>,
}

impl Default for Credentials {
    fn default() -> Self {
        Self {
            api_user: DEFAULT_API_USER.to_owned(),
            api_key: DEFAULT_API_KEY.to_owned(),
            subscription_keys: vec![DEFAULT_SUBSCRIPTION_KEY.to_owned()],
        }
    }
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// With its query, if there was one.
    pub path: String,
    /// In the order received, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// A token the gateway gave out.
#[derive(Clone, Debug)]
pub struct Issued {
    pub token: String,
    pub issued_at: Instant,
    pub lifetime: Duration,
}

impl Issued {
    pub fn is_expired(&self) -> bool {
        self.issued_at.elapsed() >= self.lifetime
    }
}

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) credentials: Credentials,
    pub(crate) lifetime: Duration,
    pub(crate) delay: Duration,
    pub(crate) raw: Vec<u8>,
    /// A path that every request's own is taken to begin with.
    pub(crate) behaviour: String,
    pub(crate) tls: Arc<ServerConfig>,
}

/// The last [`MAX_RECORDS`] of what happened, oldest first.
pub(crate) struct Records<T>(Mutex<VecDeque<T>>);

impl<T: Clone> Records<T> {
    pub(crate) fn push(&self, item: T) {
        let mut list = lock(&self.0);
        if list.len() == MAX_RECORDS {
            list.pop_front();
        }
        list.push_back(item);
    }

    pub(crate) fn all(&self) -> Vec<T> {
        lock(&self.0).iter().cloned().collect()
    }

    /// All of them, and forgets them.
    pub(crate) fn take(&self) -> Vec<T> {
        lock(&self.0).drain(..).collect()
    }
}

#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) requests: AtomicU64,
    pub(crate) connections: AtomicU64,
    pub(crate) open_connections: AtomicU64,
}

pub(crate) struct State {
    settings: Mutex<Settings>,
    pub(crate) requests: Records<Request>,
    pub(crate) issued: Records<Issued>,
    failures: Mutex<HashMap<String, u64>>,
    pub(crate) counts: Counts,
    pub(crate) closing: Notify,
}

/// A test that failed while it held a lock must not hide behind a poisoned one.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings: Mutex::new(settings),
            requests: Records(Mutex::default()),
            issued: Records(Mutex::default()),
            failures: Mutex::default(),
            counts: Counts::default(),
            closing: Notify::new(),
        }
    }

    pub(crate) fn settings(&self) -> MutexGuard<'_, Settings> {
        lock(&self.settings)
    }

    pub(crate) fn record(&self, request: Request) {
        self.counts.requests.fetch_add(1, Relaxed);
        self.requests.push(request);
    }

    pub(crate) fn issue(&self, token: String, lifetime: Duration) {
        self.issued.push(Issued {
            token,
            issued_at: Instant::now(),
            lifetime,
        });
    }

    /// True for the first `times` calls with that prefix.
    pub(crate) fn fails_again(&self, prefix: &str, times: u64) -> bool {
        let mut failures = lock(&self.failures);
        let count = failures.entry(prefix.to_owned()).or_default();
        *count += 1;
        *count <= times
    }

    pub(crate) fn reset(&self) {
        self.requests.take();
        self.issued.take();
        lock(&self.failures).clear();
        self.counts.requests.store(0, Relaxed);
        self.counts.connections.store(0, Relaxed);
    }
}

/// One accepted connection, counted as open until it is dropped.
pub(crate) struct Connection {
    pub(crate) state: Arc<State>,
    pub(crate) requests: AtomicU64,
}

impl Connection {
    pub(crate) fn new(state: Arc<State>) -> Self {
        state.counts.connections.fetch_add(1, Relaxed);
        state.counts.open_connections.fetch_add(1, Relaxed);
        let requests = AtomicU64::new(0);
        Self { state, requests }
    }

    /// Takes a connection that was made only to ask for the counts out of them.
    pub(crate) fn uncount(&self) {
        let count = &self.state.counts.connections;
        let _ = count.fetch_update(Relaxed, Relaxed, |n| n.checked_sub(1));
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.state.counts.open_connections.fetch_sub(1, Relaxed);
    }
}
