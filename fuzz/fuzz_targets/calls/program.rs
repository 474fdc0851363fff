//! The calls, but for those about tokens.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use momo::ffi::momo_status::{self, *};
use momo::ffi::*;
use momo::fuzzing::set_clocks_ahead;
use momo_fuzz::interface::{Client, Config, copied};

use crate::world::{Known, Owned, World, read, write};

/// Options that change what calls do. Time-outs are short: a peer may say nothing.
const OPTIONS: [(&str, &str); 24] = [
    ("base_url", "http://127.0.0.1:8000"),
    ("base_url", "http://localhost:8000/gateway"),
    ("base_url", "https://gateway.example"),
    ("proxy", "http://user:password@proxy.example:3128"),
    ("proxy", "none"),
    ("product", "collection"),
    ("product", "none of them"),
    (
        "secondary_subscription_key",
        "0f9e8d7c6b5a49382716f5e4d3c2b1a0",
    ),
    ("secondary_subscription_key", ""),
    ("api_key", "another key"),
    ("api_user", "with:colon"),
    ("timeout", "1ms"),
    ("timeout", "20ms"),
    ("attempt_timeout", "2ms"),
    ("max_attempts", "2"),
    ("refresh", "caller"),
    ("refresh", "background"),
    ("refresh_margin", "0s"),
    ("refresh_margin", "24h"),
    ("cache", "client"),
    ("cache", "none"),
    ("cache", "process"),
    ("ca", "/nowhere"),
    ("user_agent", "fuzz"),
];

/// Milliseconds: nothing, a token of a second or a minute gone, one of an hour stale and then
/// gone, a day.
const AHEAD: [u64; 8] = [
    0, 900, 2000, 50_000, 10_000, 2_800_000, 3_600_000, 86_400_000,
];

pub struct Call {
    pub thread: usize,
    what: u8,
    /// Which config, client or result.
    pub first: usize,
    pub second: usize,
    pub argument: u8,
}

impl Call {
    /// From three bytes.
    pub fn parse(bytes: &[u8]) -> Self {
        Self {
            thread: usize::from(bytes[0] >> 6),
            what: bytes[0] & 63,
            first: usize::from(bytes[1] & 15),
            second: usize::from(bytes[1] >> 4),
            argument: bytes[2],
        }
    }

    pub fn make(&self, world: &World) {
        match self.what % 24 {
            0 => self.create_config(world),
            1 | 2 => self.set_option(world),
            3 => self.set_logger(world),
            4 => drop(write(&world.configs, self.first).take()),
            5 | 6 => self.create_client(world),
            7 => self.clone_client(world),
            8 => self.cancel_client(world),
            9 => drop(write(&world.clients, self.first).take()),
            10 | 11 => self.ask(world, momo_create_token),
            12..=16 => self.ask(world, momo_get_token),
            17 | 18 => self.invalidate(world),
            19 => self.stats(world),
            20 => drop(write(&world.tokens, self.first).take()),
            21 => drop(write(&world.errors, self.first).take()),
            22 => self.go_ahead(world),
            _ => self.call_on_nothing(),
        }
    }

    fn create_config(&self, world: &World) {
        let config = Config::new();
        if self.argument % 8 != 7 {
            // An entry of the cache of this run's own.
            let user = format!("user-{}", world.run);
            for (name, value) in [
                ("base_url", "http://127.0.0.1:8000"),
                ("api_user", &user),
                ("api_key", "key"),
                ("subscription_key", "subscription"),
                ("ca", "mozilla"),
                ("timeout", "20ms"),
                ("attempt_timeout", "10ms"),
                ("max_attempts", "1"),
            ] {
                config.set(name, value);
            }
        }
        *write(&world.configs, self.first) = Some(config);
    }

    fn set_option(&self, world: &World) {
        let config = write(&world.configs, self.first);
        let (name, value) = OPTIONS[usize::from(self.argument) % OPTIONS.len()];
        let (name, value) = (c_string(name), c_string(value));
        let mut error = garbage();
        // SAFETY: NULL or a live config that nobody else uses now, and strings that outlive the call.
        let status = unsafe {
            momo_set_option(
                pointer(&config),
                name.as_ptr(),
                value.as_ptr(),
                &raw mut error,
            )
        };
        self.keep_error(world, status, error);
    }

    fn set_logger(&self, world: &World) {
        let config = write(&world.configs, self.first);
        let lines = Box::into_raw(Box::new(AtomicU64::new(0)));
        let mut error = garbage();
        // SAFETY: NULL or a live config that nobody else uses now; the two functions take what
        // `lines` points to.
        let status = unsafe {
            momo_set_logger(
                pointer(&config),
                (self.argument % 5 != 4).then_some(count as unsafe extern "C" fn(_, _, _)),
                lines.cast(),
                Some(free_count),
                i32::from(self.argument % 7),
                &raw mut error,
            )
        };
        self.keep_error(world, status, error);
    }

    fn create_client(&self, world: &World) {
        let (mut client, mut error) = (garbage(), garbage());
        let status = {
            let config = read(&world.configs, self.second);
            // SAFETY: NULL or a live config that nobody changes now, and places of this call's own.
            unsafe { momo_create_client(pointer(&config), &raw mut client, &raw mut error) }
        };
        self.keep_error(world, status, error);
        assert_eq!(client.is_null(), status != MOMO_OK);
        let known = (!client.is_null()).then(|| Known {
            client: Client(client),
            cancelled: vec![Arc::default()],
            invalidated: Arc::default(),
        });
        *write(&world.clients, self.first) = known;
    }

    fn clone_client(&self, world: &World) {
        let clone = {
            let known = read(&world.clients, self.first);
            known.as_ref().map(|known| Known {
                client: known.client.cloned(),
                cancelled: [&known.cancelled[..], &[Arc::default()]].concat(),
                invalidated: Arc::clone(&known.invalidated),
            })
        };
        *write(&world.clients, self.second) = clone;
    }

    fn cancel_client(&self, world: &World) {
        let known = read(&world.clients, self.first);
        if let Some(Known {
            client, cancelled, ..
        }) = known.as_ref()
        {
            client.cancel();
            let own = cancelled.last().expect("its own");
            own.store(true, Ordering::SeqCst);
        }
    }

    fn go_ahead(&self, world: &World) {
        if self.argument % 16 == 15 {
            momo_clear_cache();
            return;
        }
        let mut ahead = world.ahead.lock().expect("no panic");
        *ahead += AHEAD[usize::from(self.argument) % AHEAD.len()];
        set_clocks_ahead(*ahead);
    }

    fn call_on_nothing(&self) {
        // SAFETY: NULL is what each of these takes; the strings are static.
        unsafe {
            momo_cancel_client(null());
            momo_free_client(momo_clone_client(null()));
            momo_free_config(null_mut());
            momo_free_token(null_mut());
            momo_free_error(null_mut());
            momo_free_options(null_mut());
            momo_free_stats(null_mut());
            let name = CStr::from_ptr(momo_status_name(i32::from(self.argument)));
            assert!(name.to_bytes().starts_with(b"MOMO_"));
        }
        momo_clear_cache();
    }

    pub fn keep_error(&self, world: &World, status: momo_status, error: *mut momo_error) {
        assert_eq!(error.is_null(), status == MOMO_OK);
        assert_ne!(status, MOMO_INTERNAL);
        if error.is_null() {
            return;
        }
        let owned = Owned::new(error, momo_free_error);
        // SAFETY: handed out just now; its strings live as long as it does.
        let error = unsafe { &*error };
        let texts = [error.message, error.code, error.body].map(copied);
        assert_eq!(error.status, status);
        assert!(
            !texts[0].is_empty() && !texts.concat().contains(char::is_control),
            "{texts:?}"
        );
        *write(&world.errors, self.second) = Some(owned);
    }
}

fn pointer(config: &Option<Config>) -> *mut momo_config {
    config.as_ref().map_or(null_mut(), |config| config.0)
}

pub fn c_string(text: &str) -> CString {
    CString::new(text).expect("no NUL")
}

/// What a caller may have left in a place for a result.
pub fn garbage<T>() -> *mut T {
    null_mut::<T>().wrapping_byte_add(0x11)
}

/// A logger may call back.
unsafe extern "C" fn count(lines: *mut c_void, level: i32, line: *const c_char) {
    assert!((1..=4).contains(&level) && !copied(line).contains(char::is_control));
    // SAFETY: `lines` is what `set_logger` gave, and is not freed while it may be called.
    let lines = unsafe { &*lines.cast::<AtomicU64>() };
    if lines.fetch_add(1, Ordering::SeqCst) == 2 {
        momo_clear_cache();
    }
}

unsafe extern "C" fn free_count(lines: *mut c_void) {
    // SAFETY: `lines` is what `set_logger` gave, and is freed once.
    drop(unsafe { Box::from_raw(lines.cast::<AtomicU64>()) });
}
