//! The C interface, as the tests call it: every handle freed, every string copied.
#![allow(dead_code, unreachable_pub)]
#![allow(clippy::mut_from_ref, clippy::panic, clippy::unwrap_used)]

use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;
use std::ptr::NonNull;

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

/// A place for an output.
pub type Out<'a, P> = Option<&'a mut MaybeUninit<Option<P>>>;
pub type OutError<'a> = Out<'a, NonNull<momo_error>>;

/// What a call stores in a place that has what a caller may have left there.
pub fn stored<P, S>(call: impl FnOnce(Out<P>) -> S) -> (S, Option<P>) {
    let mut place = MaybeUninit::<Option<P>>::uninit();
    // SAFETY: a place of this function's own, which every call stores something in.
    unsafe {
        place.as_mut_ptr().write_bytes(0x11, 1);
        let status = call(Some(&mut place));
        (status, place.assume_init())
    }
}

/// Makes a call; checks that error and status agree.
pub fn outcome(call: impl FnOnce(OutError) -> momo_status) -> Result<(), Error> {
    let (status, error) = stored(call);
    let Some(error) = error else {
        assert_eq!(status, MOMO_OK, "an error that was asked for is given");
        return Ok(());
    };
    // SAFETY: the library handed it out just now.
    let copy = unsafe {
        let e = error.as_ref();
        let copy = Error {
            status: e.status,
            http_status: e.http_status,
            retry_after_ms: e.retry_after_ms,
            message: copied(e.message),
            code: copied(e.code),
            body: copied(e.body),
            phase: e.phase,
        };
        momo_free_error(Some(error));
        copy
    };
    assert_ne!(status, MOMO_OK, "on MOMO_OK the error stays NULL");
    assert_eq!(copy.status, status);
    assert!(!copy.message.is_empty());
    assert!(!copy.message.contains(char::is_control), "{}", copy.message);
    assert!(copy.body.len() <= 4096);
    check_phase(&copy);
    Err(copy)
}

/// Makes a call that has another output, too.
pub fn output<P>(call: impl FnOnce(Out<P>, OutError) -> momo_status) -> Result<P, Error> {
    let (outcome, output) = stored(|out| outcome(|error| call(out, error)));
    assert_eq!(output.is_some(), outcome.is_ok());
    outcome.map(|()| output.unwrap())
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
        Self(Box::into_raw(momo_create_config().unwrap()))
    }

    pub fn live(&self) -> Option<&mut momo_config> {
        // SAFETY: not freed yet, and used by one call at a time.
        unsafe { self.0.as_mut() }
    }

    pub fn try_set(&self, name: &str, value: &str) -> Result<(), Error> {
        self.try_set_string(&CString::new(name).unwrap(), &CString::new(value).unwrap())
    }

    pub fn try_set_string(&self, name: &CStr, value: &CStr) -> Result<(), Error> {
        // SAFETY: strings that outlive the call.
        outcome(|e| unsafe { momo_set_option(self.live(), name.as_ptr(), value.as_ptr(), e) })
    }

    pub fn set_from_env(&self) -> Result<(), Error> {
        outcome(|error| momo_set_options_from_env(self.live(), error))
    }

    pub fn set(&self, name: &str, value: &str) -> &Self {
        if let Err(e) = self.try_set(name, value) {
            panic!("{name}={value}: {}", e.message);
        }
        self
    }

    pub fn try_client(&self) -> Result<Client, Error> {
        output(|client, error| momo_create_client(self.live().as_deref(), client, error))
            .map(|client| Client(Some(client)))
    }

    pub fn client(&self) -> Client {
        self.try_client()
            .unwrap_or_else(|e| panic!("{}", e.message))
    }
}

impl Drop for Config {
    fn drop(&mut self) {
        // SAFETY: made by momo_create_config, freed once.
        momo_free_config(Some(unsafe { Box::from_raw(self.0) }));
    }
}

pub struct Client(pub Option<Box<momo_client>>);

type Get =
    extern "C" fn(Option<&momo_client>, i64, Out<NonNull<momo_token>>, OutError) -> momo_status;

impl Client {
    pub fn live(&self) -> Option<&momo_client> {
        self.0.as_deref()
    }

    pub fn create(&self) -> Result<Token, Error> {
        self.create_within(-1)
    }

    pub fn create_within(&self, timeout_ms: i64) -> Result<Token, Error> {
        self.call(momo_create_token, timeout_ms)
    }

    pub fn get(&self) -> Result<Token, Error> {
        self.get_within(-1)
    }

    /// The text of the token that momo_get_token gives.
    pub fn token(&self) -> String {
        self.get().unwrap().access_token
    }

    pub fn get_within(&self, timeout_ms: i64) -> Result<Token, Error> {
        self.call(momo_get_token, timeout_ms)
    }

    fn call(&self, get: Get, timeout_ms: i64) -> Result<Token, Error> {
        let token = output(|token, error| get(self.live(), timeout_ms, token, error))?;
        // SAFETY: the library handed it out just now; it is read before it is freed.
        unsafe {
            let t = token.as_ref();
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
            momo_free_token(Some(token));
            assert_eq!(copy.authorization, format!("Bearer {}", copy.access_token));
            Ok(copy)
        }
    }

    pub fn invalidate(&self, access_token: &str) {
        let access_token = CString::new(access_token).unwrap();
        // SAFETY: a string that outlives the call.
        outcome(|e| unsafe { momo_invalidate_token(self.live(), access_token.as_ptr(), e) })
            .unwrap();
    }

    pub fn stats(&self) -> momo_stats {
        let stats = output(|stats, error| momo_get_stats(self.live(), stats, error)).unwrap();
        let copy = momo_stats { ..*stats };
        momo_free_stats(Some(stats));
        copy
    }

    pub fn options(&self) -> Vec<OptionRow> {
        let first = output(|first, error| momo_get_options(self.live(), first, error)).unwrap();
        // SAFETY: the library handed the list out just now; it is read before it is freed.
        unsafe {
            let all = std::iter::successors(Some(first.as_ref()), |option| option.next.as_ref());
            let rows = all.map(|option| OptionRow {
                name: copied(option.name),
                value: copied(option.value),
                source: copied(option.source),
                warning: copied(option.warning),
            });
            let rows = rows.collect();
            momo_free_options(Some(first));
            rows
        }
    }

    pub fn cloned(&self) -> Self {
        Self(Some(momo_clone_client(self.live()).unwrap()))
    }

    pub fn cancel(&self) {
        momo_cancel_client(self.live());
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        momo_free_client(self.0.take());
    }
}
