//! The calls that an input can have.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use momo::ffi::{momo_clear_cache, momo_status::*};
use momo_fuzz::interface::{Client, Config, Error, Token};

use crate::world::{Known, World, read, write};

/// Options that change what calls do. Time-outs are short: a peer may say nothing.
const OPTIONS: [(&str, &str); 24] = [
    ("base_url", "http://127.0.0.1:8000"),
    ("base_url", "http://localhost:8000/gateway"),
    ("base_url", "https://gateway.example"),
    ("proxy", "http://user:password@proxy.example:3128"),
    ("proxy", "none"),
    ("product", "collection"),
    ("product", "none of them"),
    ("secondary_subscription_key", "secondary"),
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

const TIMEOUTS: [i64; 8] = [-1, 0, 0, 1, 5, 10, -2, i64::MIN];

/// Milliseconds: nothing, a token of a second or a minute gone, one of an hour stale and then
/// gone, a day.
const AHEAD: [u64; 8] = [
    0, 900, 2000, 50_000, 10_000, 2_800_000, 3_600_000, 86_400_000,
];

pub struct Call {
    pub thread: usize,
    what: u8,
    /// Which config, client or token.
    first: usize,
    second: usize,
    argument: usize,
}

impl Call {
    /// From three bytes.
    pub fn parse(bytes: &[u8]) -> Self {
        Self {
            thread: usize::from(bytes[0] >> 6),
            what: bytes[0] & 63,
            first: usize::from(bytes[1] & 15),
            second: usize::from(bytes[1] >> 4),
            argument: usize::from(bytes[2]),
        }
    }

    pub fn make(&self, world: &World) {
        match self.what % 24 {
            0 => self.create_config(world),
            1..=3 => self.change_config(world),
            4 => drop(write(&world.configs, self.first).take()),
            5 | 6 => self.create_client(world),
            7 => self.clone_client(world),
            9 => drop(write(&world.clients, self.first).take()),
            20 => drop(write(&world.tokens, self.first).take()),
            22 => world.go_ahead(AHEAD[self.argument % AHEAD.len()]),
            21 | 23 => momo_clear_cache(),
            _ => {
                if let Some(known) = read(&world.clients, self.first).as_ref() {
                    self.use_client(world, known);
                }
            }
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

    fn change_config(&self, world: &World) {
        let config = write(&world.configs, self.first);
        match config.as_ref() {
            Some(config) if self.what % 24 == 3 => drop(config.log()),
            Some(config) => {
                let (name, value) = OPTIONS[self.argument % OPTIONS.len()];
                let _ = config.try_set(name, value);
            }
            None => {}
        }
    }

    fn create_client(&self, world: &World) {
        let created = read(&world.configs, self.second)
            .as_ref()
            .and_then(|config| config.try_client().ok());
        *write(&world.clients, self.first) = created.map(|client| Known {
            client,
            cancelled: vec![Arc::default()],
            invalidated: Arc::default(),
        });
    }

    fn clone_client(&self, world: &World) {
        let clone = read(&world.clients, self.first)
            .as_ref()
            .map(|known| Known {
                client: known.client.cloned(),
                cancelled: [&known.cancelled[..], &[Arc::default()]].concat(),
                invalidated: Arc::clone(&known.invalidated),
            });
        *write(&world.clients, self.second) = clone;
    }

    fn use_client(&self, world: &World, known: &Known) {
        match self.what % 24 {
            8 => {
                known.client.cancel();
                let own = known.cancelled.last().expect("its own");
                own.store(true, Ordering::SeqCst);
            }
            10 | 11 => self.ask(world, known, Client::create_within),
            12..=16 => self.ask(world, known, Client::get_within),
            17 | 18 => {
                let token = read(&world.tokens, self.second).clone();
                let token = token.unwrap_or("token-0".to_owned());
                world.invalidations.fetch_add(1, Ordering::SeqCst);
                known.client.invalidate(&token);
                *known.invalidated.lock().expect("no panic") = token;
            }
            _ => {
                let stats = known.client.stats();
                assert!(stats.requests >= 0 && stats.tokens_issued >= 0 && stats.cooldown_ms >= 0);
                assert!((0..=86_400).contains(&stats.token_expires_in));
                let options = known.client.options();
                assert!(options.iter().all(|option| !option.source.is_empty()));
            }
        }
    }

    fn ask(&self, world: &World, known: &Known, ask: Ask) {
        let timeout = TIMEOUTS[self.argument % TIMEOUTS.len()];
        let is_set = |flag: &Arc<AtomicBool>| flag.load(Ordering::SeqCst);
        let was_cancelled = known.cancelled.iter().any(is_set);
        let invalidated = known.invalidated.lock().expect("no panic").clone();
        let outcome = ask(&known.client, timeout);
        let status = outcome.as_ref().map_or_else(|e| e.status, |_| MOMO_OK);
        if timeout < -1 {
            assert_eq!(status, MOMO_INVALID_ARGUMENT);
        } else if was_cancelled {
            assert_eq!(status, MOMO_CANCELLED);
        } else if status == MOMO_WOULD_BLOCK {
            assert_eq!(timeout, 0);
        }
        let Ok(token) = outcome else {
            return;
        };
        assert!(token.access_token.starts_with("token-"), "{token:?}");
        assert!((0..=token.lifetime).contains(&token.expires_in));
        assert!((-1..=token.expires_in.max(1)).contains(&token.refresh_in));
        // An entry remembers the last eight.
        if world.invalidations.load(Ordering::SeqCst) <= 8 {
            let access = &token.access_token;
            assert_ne!(*access, invalidated, "it is handed out no more");
        }
        *write(&world.tokens, self.second) = Some(token.access_token);
    }
}

type Ask = fn(&Client, i64) -> Result<Token, Error>;
