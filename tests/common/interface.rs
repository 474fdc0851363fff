//! The C interface, as the tests call it: every handle freed, every string copied.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use std::ffi::{CStr, CString, c_char};
use std::ptr::null_mut;

pub use momo::ffi::momo_status::{self, *};
use momo::ffi::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub status: momo_status,
    pub http_status: i32,
    pub retry_after_ms: i64,
    pub message: String,
    pub code: String,
    pub body: String,
    pub phase: i32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionRow {
    pub name: String,
    pub value: String,
    pub source: String,
    pub warning: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub access_token: String,
    pub token_type: String,
    pub authorization: String,
    pub expires_in: i64,
    pub expires_at: i64,
    pub lifetime: i64,
    pub refresh_status: i32,
    pub refresh_in: i64,
}

/// The text of a string in a struct of the library's.
pub fn copied(text: *const c_char) -> String {
    assert!(!text.is_null(), "no string in a struct is ever NULL");
    // SAFETY: not NULL, and the library's strings are NUL-terminated.
    unsafe { CStr::from_ptr(text) }.to_str().unwrap().to_owned()
}

/// Takes what a call ended with; checks that error and status agree.
///
/// # Safety
/// `error` is what the call wrote.
pub unsafe fn outcome(status: momo_status, error: *mut momo_error) -> Result<(), Error> {
    if status == MOMO_OK {
        assert!(error.is_null(), "on MOMO_OK the error stays NULL");
        return Ok(());
    }
    assert!(!error.is_null(), "an error that was asked for is given");
    // SAFETY: the library handed it out just now.
    unsafe {
        let e = &*error;
        let copy = Error {
            status: e.status,
            http_status: e.http_status,
            retry_after_ms: e.retry_after_ms,
            message: copied(e.message),
            code: copied(e.code),
            body: copied(e.body),
            phase: e.phase,
        };
        momo_free_error(error);
        assert_eq!(copy.status, status);
        assert!(!copy.message.is_empty());
        assert!(!copy.message.contains(char::is_control), "{}", copy.message);
        assert!(copy.body.len() <= 4096);
        check_phase(&copy);
        Err(copy)
    }
}

/// The phase is the one that the message begins with, or in which a response was read.
fn check_phase(error: &Error) {
    let words = [
        (momo_phase::Prepare, "preparing the request: "),
        (momo_phase::OtherProcess, "waiting for the request of an"),
        (momo_phase::Resolve, "looking up the host name: "),
        (momo_phase::Connect, "connecting: "),
        (momo_phase::Proxy, "asking the proxy for a tunnel: "),
        (momo_phase::Handshake, "the TLS handshake: "),
        (momo_phase::Send, "sending the request: "),
        (momo_phase::Wait, "waiting for the response: "),
        (momo_phase::Read, "reading the response: "),
        (momo_phase::Backoff, "waiting before the next attempt: "),
    ];
    let begins = |(_, words): &&(momo_phase, &str)| error.message.starts_with(words);
    let phase = match words.iter().find(begins) {
        Some((phase, _)) => *phase,
        None if error.http_status != 0 => momo_phase::Read,
        None => momo_phase::None,
    };
    assert_eq!(error.phase, phase as i32, "{error:?}");
}

pub struct Config(pub *mut momo_config);

// SAFETY: a config is used by one thread at a time in these tests.
unsafe impl Send for Config {}

impl Config {
    pub fn new() -> Self {
        let config = momo_create_config();
        assert!(!config.is_null());
        Self(config)
    }

    pub fn try_set(&self, name: &str, value: &str) -> Result<(), Error> {
        let (name, value) = (CString::new(name).unwrap(), CString::new(value).unwrap());
        let mut error = null_mut();
        // SAFETY: a live config and strings that outlive the call.
        unsafe {
            let status = momo_set_option(self.0, name.as_ptr(), value.as_ptr(), &raw mut error);
            outcome(status, error)
        }
    }

    pub fn set(&self, name: &str, value: &str) -> &Self {
        if let Err(e) = self.try_set(name, value) {
            panic!("{name}={value}: {}", e.message);
        }
        self
    }

    pub fn try_client(&self) -> Result<Client, Error> {
        let (mut client, mut error) = (null_mut(), null_mut());
        // SAFETY: a live config and places of our own.
        unsafe {
            let status = momo_create_client(self.0, &raw mut client, &raw mut error);
            outcome(status, error)?;
        }
        assert!(!client.is_null());
        Ok(Client(client))
    }

    pub fn client(&self) -> Client {
        self.try_client()
            .unwrap_or_else(|e| panic!("{}", e.message))
    }
}

impl Drop for Config {
    fn drop(&mut self) {
        // SAFETY: made by momo_create_config, freed once.
        unsafe { momo_free_config(self.0) };
    }
}

pub struct Client(pub *mut momo_client);

// SAFETY: the interface says that a client may be used from any threads at once.
unsafe impl Send for Client {}
// SAFETY: as above.
unsafe impl Sync for Client {}

type Hand = unsafe extern "C" fn(
    *const momo_client,
    i64,
    *mut *mut momo_token,
    *mut *mut momo_error,
) -> momo_status;

impl Client {
    pub fn create(&self) -> Result<Token, Error> {
        self.hand(momo_create_token, -1)
    }

    pub fn create_within(&self, timeout_ms: i64) -> Result<Token, Error> {
        self.hand(momo_create_token, timeout_ms)
    }

    pub fn get(&self) -> Result<Token, Error> {
        self.hand(momo_get_token, -1)
    }

    /// The text of the token that momo_get_token gives.
    pub fn token(&self) -> String {
        self.get().unwrap().access_token
    }

    pub fn get_within(&self, timeout_ms: i64) -> Result<Token, Error> {
        self.hand(momo_get_token, timeout_ms)
    }

    fn hand(&self, hand: Hand, timeout_ms: i64) -> Result<Token, Error> {
        let (mut token, mut error) = (null_mut::<momo_token>(), null_mut());
        // SAFETY: a live client and places of our own; the token is read before it is freed.
        unsafe {
            let status = hand(self.0, timeout_ms, &raw mut token, &raw mut error);
            if status != MOMO_OK {
                assert!(token.is_null(), "on failure the output stays NULL");
            }
            outcome(status, error)?;
            let t = &*token;
            let copy = Token {
                access_token: copied(t.access_token),
                token_type: copied(t.token_type),
                authorization: copied(t.authorization),
                expires_in: t.expires_in,
                expires_at: t.expires_at,
                lifetime: t.lifetime,
                refresh_status: t.refresh_status,
                refresh_in: t.refresh_in,
            };
            momo_free_token(token);
            assert_eq!(copy.authorization, format!("Bearer {}", copy.access_token));
            Ok(copy)
        }
    }

    pub fn invalidate(&self, access_token: &str) {
        let access_token = CString::new(access_token).unwrap();
        let mut error = null_mut();
        // SAFETY: a live client and a string that outlives the call.
        unsafe {
            let status = momo_invalidate_token(self.0, access_token.as_ptr(), &raw mut error);
            outcome(status, error).unwrap();
        }
    }

    pub fn stats(&self) -> momo_stats {
        let (mut stats, mut error) = (null_mut::<momo_stats>(), null_mut());
        // SAFETY: a live client and places of our own; numbers only, so a copy is whole.
        unsafe {
            let status = momo_get_stats(self.0, &raw mut stats, &raw mut error);
            outcome(status, error).unwrap();
            let copy = stats.read();
            momo_free_stats(stats);
            copy
        }
    }

    pub fn options(&self) -> Vec<OptionRow> {
        let (mut first, mut error) = (null_mut::<momo_option>(), null_mut());
        // SAFETY: a live client and places of our own; the list is read before it is freed.
        unsafe {
            let status = momo_get_options(self.0, &raw mut first, &raw mut error);
            outcome(status, error).unwrap();
            let all = std::iter::successors(first.as_ref(), |option| option.next.as_ref());
            let rows = all.map(|option| OptionRow {
                name: copied(option.name),
                value: copied(option.value),
                source: copied(option.source),
                warning: copied(option.warning),
            });
            let rows = rows.collect();
            momo_free_options(first);
            rows
        }
    }

    pub fn cloned(&self) -> Self {
        // SAFETY: a live client.
        let clone = unsafe { momo_clone_client(self.0) };
        assert!(!clone.is_null());
        Self(clone)
    }

    pub fn cancel(&self) {
        // SAFETY: a live client.
        unsafe { momo_cancel_client(self.0) };
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: made by momo_create_client, freed once.
        unsafe { momo_free_client(self.0) };
    }
}
