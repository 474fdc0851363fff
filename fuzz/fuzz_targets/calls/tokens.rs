//! The calls about tokens.

use std::ptr::null;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use momo::ffi::momo_status::{self, *};
use momo::ffi::*;
use momo_fuzz::interface::copied;

use crate::program::{Call, c_string, garbage};
use crate::world::{Known, Owned, World, read, write};

const TIMEOUTS: [i64; 8] = [-1, 0, 0, 1, 5, 10, -2, i64::MIN];

impl Call {
    pub fn ask(&self, world: &World, ask: Ask) {
        let known = read(&world.clients, self.first);
        let timeout = TIMEOUTS[usize::from(self.argument) % TIMEOUTS.len()];
        let is_set = |flag: &Arc<AtomicBool>| flag.load(Ordering::SeqCst);
        let was_cancelled = known
            .as_ref()
            .is_some_and(|k| k.cancelled.iter().any(is_set));
        let invalidated = known
            .as_ref()
            .map(|k| k.invalidated.lock().expect("no panic").clone());
        let (mut token, mut error) = (garbage::<momo_token>(), garbage());
        let client = pointer(&known);
        // SAFETY: NULL or a live client, and places of this call's own.
        let status = unsafe { ask(client, timeout, &raw mut token, &raw mut error) };
        self.keep_error(world, status, error);
        assert_eq!(token.is_null(), status != MOMO_OK);
        if client.is_null() || timeout < -1 {
            assert_eq!(status, MOMO_INVALID_ARGUMENT);
        } else if was_cancelled {
            assert_eq!(status, MOMO_CANCELLED);
        } else if status == MOMO_WOULD_BLOCK {
            assert_eq!(timeout, 0);
        }
        if !token.is_null() {
            let access = check_token(token);
            // An entry remembers the last eight.
            if world.invalidations.load(Ordering::SeqCst) <= 8 {
                assert_ne!(
                    Some(access),
                    invalidated,
                    "what was invalidated is handed out no more"
                );
            }
            *write(&world.tokens, self.second) = Some(Owned::new(token, momo_free_token));
        }
    }

    pub fn invalidate(&self, world: &World) {
        let known = read(&world.clients, self.first);
        let text = {
            let token = write(&world.tokens, self.second);
            // SAFETY: a live token, for as long as it is locked.
            token.as_ref().map_or("token-same".to_owned(), |t| unsafe {
                copied((*t.pointer).access_token)
            })
        };
        world.invalidations.fetch_add(1, Ordering::SeqCst);
        let mut error = garbage();
        let client = pointer(&known);
        let access = c_string(&text);
        // SAFETY: NULL or a live client, and a string that outlives the call.
        let status = unsafe { momo_invalidate_token(client, access.as_ptr(), &raw mut error) };
        self.keep_error(world, status, error);
        if let Some(known) = known.as_ref() {
            assert_eq!(status, MOMO_OK);
            *known.invalidated.lock().expect("no panic") = text;
        }
    }

    pub fn stats(&self, world: &World) {
        let known = read(&world.clients, self.first);
        if let Some(known) = known.as_ref() {
            let stats = known.client.stats();
            assert!(stats.requests >= 0 && stats.tokens_issued >= 0 && stats.cooldown_ms >= 0);
            assert!((0..=86_400).contains(&stats.token_expires_in));
            let options = known.client.options();
            assert!(options.iter().all(|option| !option.source.is_empty()));
        }
    }
}

fn pointer(known: &Option<Known>) -> *const momo_client {
    let client = known.as_ref().map(|known| known.client.0.cast_const());
    client.unwrap_or(null())
}

type Ask = unsafe extern "C" fn(
    *const momo_client,
    i64,
    *mut *mut momo_token,
    *mut *mut momo_error,
) -> momo_status;

/// What it says is sound; the token itself.
fn check_token(token: *mut momo_token) -> String {
    // SAFETY: handed out just now; its strings live as long as it does.
    let token = unsafe { &*token };
    let access = copied(token.access_token);
    let authorization = copied(token.authorization);
    assert_eq!(authorization, format!("Bearer {access}"));
    assert!(access.starts_with("token-"), "{access}");
    assert!(token.expires_in >= 0 && token.expires_in <= token.lifetime);
    assert!(token.refresh_in >= -1 && token.refresh_in <= token.expires_in.max(1));
    access
}
