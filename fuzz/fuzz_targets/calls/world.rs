//! What calls are made on, and the peer that responds to them.

use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

use momo::fuzzing::set_clocks_ahead;
use momo_fuzz::connections::responding;
use momo_fuzz::interface::{Client, Config};

type Slots<T, const N: usize> = [RwLock<Option<T>>; N];

/// A client, and what is known of it.
pub struct Known {
    pub client: Client,
    /// Of itself and of those that it is a clone of: whether a cancellation has returned.
    pub cancelled: Vec<Arc<AtomicBool>>,
    /// The token that was invalidated last, of all clones.
    pub invalidated: Arc<Mutex<String>>,
}

pub struct World {
    pub run: u64,
    pub configs: Slots<Config, 3>,
    pub clients: Slots<Known, 3>,
    pub tokens: Slots<String, 4>,
    /// How far the clocks were set ahead, in milliseconds.
    ahead: AtomicU64,
    pub invalidations: AtomicUsize,
}

// SAFETY: a config is written to under the lock's exclusive side alone, and read under the shared
// one, as the interface wants it.
unsafe impl Sync for World {}

impl World {
    pub fn new(run: u64, script: &[u8]) -> Self {
        *SCRIPT.lock().expect("no panic goes on") = script.to_vec();
        CONNECTIONS.store(0, Ordering::SeqCst);
        Self {
            run,
            configs: Default::default(),
            clients: Default::default(),
            tokens: Default::default(),
            ahead: AtomicU64::default(),
            invalidations: AtomicUsize::default(),
        }
    }

    pub fn go_ahead(&self, milliseconds: u64) {
        let before = self.ahead.fetch_add(milliseconds, Ordering::SeqCst);
        set_clocks_ahead(before + milliseconds);
    }
}

pub fn read<T>(slots: &[RwLock<Option<T>>], slot: usize) -> RwLockReadGuard<'_, Option<T>> {
    slots[slot % slots.len()].read().expect("no panic goes on")
}

pub fn write<T>(slots: &[RwLock<Option<T>>], slot: usize) -> RwLockWriteGuard<'_, Option<T>> {
    slots[slot % slots.len()].write().expect("no panic goes on")
}

static SCRIPT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static CONNECTIONS: AtomicUsize = AtomicUsize::new(0);

fn response(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}")
}

fn token(name: usize, rest: &str) -> String {
    let body = format!("{{\"access_token\":\"token-{name}\"{rest}}}");
    response("200 OK", &body)
}

/// The library's end of a connection whose other end responds as the input says.
pub fn respond(_: &str, _: u16) -> Option<UnixStream> {
    let number = CONNECTIONS.fetch_add(1, Ordering::SeqCst);
    let way = {
        let script = SCRIPT.lock().expect("no panic goes on");
        // What each byte says is repeated with the connections.
        script[number % script.len()] % 20
    };
    let text = match way {
        0..=2 => token(number, ",\"expires_in\":3600"),
        3 => token(number, ",\"expires_in\":60"),
        4 => token(number, ",\"expires_in\":1"),
        5 => token(number, ""),
        6 | 7 => token(0, ",\"expires_in\":3600"),
        8 => response("401 Unauthorized", "{\"error\":\"invalid_client\"}"),
        9 => response("401 Access Denied", "{\"statusCode\":401}"),
        10 => response("500 Error", "{\"error\":\"login_failed\"}"),
        11 => response("503 Unavailable\r\nRetry-After: 1", ""),
        12 => response("429 Too Many\r\nRetry-After: 0", "{}"),
        13 => response("403 Forbidden", "Request Rejected. Support ID: 123456"),
        14 => response("200 OK", "no JSON"),
        15 => String::new(),
        16 => "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"access_".to_owned(),
        17 => response("302 Found\r\nLocation: https://elsewhere.example/", ""),
        18 => return Some(responding(None).0),
        _ => return None,
    };
    Some(responding(Some(text.into_bytes())).0)
}
