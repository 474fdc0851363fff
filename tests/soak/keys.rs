//! Credentials in files that are replaced while the workers run.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use momo::ffi::momo_status::{self, *};
use momo_mock_gateway::{
    Credentials, DEFAULT_API_KEY, DEFAULT_API_USER, DEFAULT_SUBSCRIPTION_KEY, Gateway,
};

use super::child::Scratch;

/// Pairs come back: what was known of an earlier use must do no harm.
const PAIRS: usize = 6;

/// What may follow for calls from the moment in which the gateway and the files differ, and how
/// long after it: files have to be still for a second before they are used.
pub(crate) const EXPLAINS: &[momo_status] = &[MOMO_UNAUTHORIZED, MOMO_SUBSCRIPTION_KEY_REFUSED];
pub(crate) const EXPLAINED_FOR: Duration = Duration::from_secs(3);

/// Every piece of a secret of twice this length has a whole one of this length in it.
const PIECE: usize = 12;

/// The options that they are, and the texts of one pair.
fn options(credentials: &Credentials) -> [(&'static str, &str); 4] {
    let [primary, secondary] = &credentials.subscription_keys[..] else {
        panic!("two keys")
    };
    [
        ("API_USER", &credentials.api_user),
        ("API_KEY", &credentials.api_key),
        ("SUBSCRIPTION_KEY", primary),
        ("SECONDARY_SUBSCRIPTION_KEY", secondary),
    ]
}

fn turned(text: &str, by: usize) -> String {
    let (front, back) = text.split_at(by);
    back.to_owned() + front
}

fn numbered(n: usize) -> Credentials {
    let subscription_key = |by| turned(DEFAULT_SUBSCRIPTION_KEY, 2 * n + by);
    Credentials {
        // The number is in the part that messages show.
        api_user: format!("{}{n:04}", &DEFAULT_API_USER[..32]),
        api_key: turned(DEFAULT_API_KEY, n + 1),
        subscription_keys: vec![subscription_key(1), subscription_key(2)],
    }
}

fn basic(credentials: &Credentials) -> String {
    STANDARD.encode(format!("{}:{}", credentials.api_user, credentials.api_key))
}

pub(crate) struct Keys {
    files: Scratch,
    current: usize,
}

impl Keys {
    pub(crate) fn new(gateway: &Gateway) -> Self {
        let keys = Self {
            files: Scratch::in_memory(),
            current: 0,
        };
        keys.tell(gateway);
        keys.write();
        keys.files.write("secrets", pieces());
        keys
    }

    /// A file in memory: "secrets" has what must be in no error and no line of the log.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.files.path(name)
    }

    /// The environment of a worker.
    pub(crate) fn environment(&self) -> [(String, PathBuf); 4] {
        options(&numbered(0)).map(|(name, _)| (format!("MOMO_{name}_FILE"), self.path(name)))
    }

    /// Goes on to the next pair; whether the gateway is to know it first, or the files, alternates.
    pub(crate) fn advance(&mut self) -> bool {
        self.current = (self.current + 1) % PAIRS;
        self.current % 2 == 0
    }

    pub(crate) fn tell(&self, gateway: &Gateway) {
        gateway.set_credentials(numbered(self.current));
    }

    pub(crate) fn write(&self) {
        for (name, text) in options(&numbered(self.current)) {
            let new = self.files.write("new", format!("{text}\n"));
            std::fs::rename(new, self.path(name)).unwrap();
        }
    }
}

/// The values of Authorization that may be sent.
pub(crate) fn authorizations() -> BTreeSet<String> {
    let values = (0..PAIRS).map(|n| format!("Basic {}", basic(&numbered(n))));
    values.collect()
}

/// A line each.
fn pieces() -> String {
    let mut pieces = BTreeSet::from(["eyJ\n".to_owned()]); // of any token
    for credentials in (0..PAIRS).map(numbered) {
        let basic = basic(&credentials);
        let [_, secrets @ ..] = options(&credentials).map(|(_, text)| text);
        for form in secrets.into_iter().chain([&*basic]) {
            let whole = form.as_bytes().chunks_exact(PIECE);
            pieces.extend(whole.map(|piece| format!("{}\n", String::from_utf8_lossy(piece))));
        }
    }
    pieces.into_iter().collect()
}
