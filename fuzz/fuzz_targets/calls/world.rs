//! What calls are made on, and the peer that responds to them.

use std::io::Write;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

use momo::ffi::*;
use momo_fuzz::interface::{Client, Config};

type Slots<T, const N: usize> = [RwLock<Option<T>>; N];

/// A pointer that the library handed out and that any thread may free.
pub struct Owned<T> {
    pub pointer: *mut T,
    free: unsafe extern "C" fn(*mut T),
}

// SAFETY: the interface says that it is freed on any thread; its contents do not change.
unsafe impl<T> Send for Owned<T> {}

impl<T> Owned<T> {
    /// `free` is the function for what this call handed out; it takes NULL.
    pub fn new(pointer: *mut T, free: unsafe extern "C" fn(*mut T)) -> Self {
        Self { pointer, free }
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: handed out by the library, or NULL, and freed here alone.
        unsafe { (self.free)(self.pointer) };
    }
}

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
    pub tokens: Slots<Owned<momo_token>, 4>,
    pub errors: Slots<Owned<momo_error>, 4>,
    /// How far the clocks were set ahead, in milliseconds.
    pub ahead: Mutex<u64>,
    pub invalidations: AtomicUsize,
}

// SAFETY: a config is written to under the lock's exclusive side alone, and read under the shared
// one, as the interface wants it. Tokens and errors are used under the exclusive side alone.
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
            errors: Default::default(),
            ahead: Mutex::default(),
            invalidations: AtomicUsize::default(),
        }
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
/// The peer's ends: a request that is still being sent is taken.
static ENDS: Mutex<Vec<UnixStream>> = Mutex::new(Vec::new());

/// Ends the connections that are still open.
pub fn hang_up() {
    ENDS.lock().expect("no panic goes on").clear();
}

fn response(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

fn token(name: &str, rest: &str) -> String {
    response(
        "200 OK",
        "",
        &format!("{{\"access_token\":\"token-{name}\"{rest}}}"),
    )
}

/// The library's end of a connection on which this is said, or nothing for as long as it lasts.
fn connection(text: Option<&str>) -> Option<UnixStream> {
    let (library, mut own) = UnixStream::pair().ok()?;
    if let Some(text) = text {
        own.write_all(text.as_bytes()).ok()?;
        own.shutdown(Shutdown::Write).ok()?;
    }
    ENDS.lock().expect("no panic goes on").push(own);
    Some(library)
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
        0..=2 => token(&number.to_string(), ",\"expires_in\":3600"),
        3 => token(&number.to_string(), ",\"expires_in\":60"),
        4 => token(&number.to_string(), ",\"expires_in\":1"),
        5 => token(&number.to_string(), ""),
        6 | 7 => token("same", ",\"expires_in\":3600"),
        8 => response("401 Unauthorized", "", "{\"error\":\"invalid_client\"}"),
        9 => response(
            "401 Access Denied",
            "",
            "{\"statusCode\":401,\"message\":\"Access denied\"}",
        ),
        10 => response("500 Error", "", "{\"error\":\"login_failed\"}"),
        11 => response("503 Unavailable", "Retry-After: 1\r\n", ""),
        12 => response("429 Too Many", "Retry-After: 0\r\n", "{}"),
        13 => response(
            "403 Forbidden",
            "",
            "<p>Request Rejected. Support ID: 123456</p>",
        ),
        14 => response("200 OK", "", "no JSON"),
        15 => String::new(),
        16 => "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"access_".to_owned(),
        17 => response("302 Found", "Location: https://elsewhere.example/\r\n", ""),
        18 => return connection(None),
        _ => return None,
    };
    connection(Some(&text))
}
