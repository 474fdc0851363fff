//! Credentials in files that are replaced while the workers run.

use std::collections::BTreeSet;
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

pub(crate) struct Keys {
    files: Scratch,
    current: usize,
}

fn turned(text: &str, by: usize) -> String {
    let (front, back) = text.split_at(by);
    back.to_owned() + front
}

fn numbered(n: usize) -> Credentials {
    Credentials {
        // The number is in the part that messages show.
        api_user: format!("{}{n:04}", &DEFAULT_API_USER[..32]),
        api_key: turned(DEFAULT_API_KEY, n + 1),
        subscription_keys: vec![
            turned(DEFAULT_SUBSCRIPTION_KEY, 2 * n + 1),
            turned(DEFAULT_SUBSCRIPTION_KEY, 2 * n + 2),
        ],
    }
}

fn basic(credentials: &Credentials) -> String {
    STANDARD.encode(format!("{}:{}", credentials.api_user, credentials.api_key))
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

    pub(crate) fn secrets(&self) -> String {
        self.path("secrets")
    }

    fn path(&self, name: &str) -> String {
        self.files.path(name).display().to_string()
    }

    /// The environment of a worker.
    pub(crate) fn options(&self) -> [(&'static str, String); 4] {
        [
            ("MOMO_API_USER_FILE", self.path("api_user")),
            ("MOMO_API_KEY_FILE", self.path("api_key")),
            ("MOMO_SUBSCRIPTION_KEY_FILE", self.path("primary")),
            (
                "MOMO_SECONDARY_SUBSCRIPTION_KEY_FILE",
                self.path("secondary"),
            ),
        ]
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
        let credentials = numbered(self.current);
        for (name, text) in [
            ("api_user", &credentials.api_user),
            ("api_key", &credentials.api_key),
            ("primary", &credentials.subscription_keys[0]),
            ("secondary", &credentials.subscription_keys[1]),
        ] {
            let new = self.files.write("new", format!("{text}\n"));
            std::fs::rename(new, self.files.path(name)).unwrap();
        }
    }
}

/// The values of Authorization that may be sent.
pub(crate) fn authorizations() -> BTreeSet<String> {
    let values = (0..PAIRS).map(|n| format!("Basic {}", basic(&numbered(n))));
    values.collect()
}

/// What must be in no error and no line of the log: a line each.
fn pieces() -> String {
    let mut pieces = BTreeSet::from(["eyJ".to_owned()]); // of any token
    for credentials in (0..PAIRS).map(numbered) {
        let forms = credentials.subscription_keys.iter().cloned();
        for form in forms.chain([credentials.api_key.clone(), basic(&credentials)]) {
            let form = form.as_bytes().chunks_exact(PIECE);
            pieces.extend(form.map(|piece| String::from_utf8_lossy(piece).into_owned()));
        }
    }
    pieces.iter().map(|piece| format!("{piece}\n")).collect()
}
