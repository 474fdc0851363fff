//! Identity of an entry: clients that would trust another server, or send other credentials, have
//! another one.

use ring::digest::SHA256_OUTPUT_LEN;
use ring::hmac;
use zeroize::Zeroizing;

use crate::config::{Ca, ProxyUrl, Settings};
use crate::credentials::{Credential, Credentials};

/// A digest, which holds no credentials.
pub(super) type Identity = [u8; SHA256_OUTPUT_LEN];

/// `cache` is where tokens are shared, as far as that matters.
pub(super) fn identity(
    key: &hmac::Key,
    settings: &Settings,
    credentials: &Credentials,
    cache: &str,
) -> Identity {
    let mut context = hmac::Context::with_key(key);
    // With its length before it: two parts never look like other two.
    let mut add = |part: &str| {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    };
    add(&settings.base_url.canonical());
    add(settings.product);
    match &settings.ca {
        Ca::System => add("system"),
        Ca::Mozilla => add("mozilla"),
        Ca::File(path) => add(&format!("file {}", path.display())),
        Ca::Pem(text) => add(text.expose()),
    }
    let proxy = settings.proxy.as_ref().map(ProxyUrl::to_url);
    add(&Zeroizing::new(proxy.unwrap_or_default()));
    add(cache);
    credentials.iter().map(Credential::expose).for_each(add);
    let mut out = Identity::default();
    out.copy_from_slice(context.sign().as_ref());
    out
}
