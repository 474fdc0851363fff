//! Values that only those who have the API key can read or make.
//!
//! `VERSION SALT CIPHERTEXT TAG`, with ChaCha20-Poly1305 (RFC 8439) and a key of its own for each
//! value: HKDF-SHA-256 (RFC 5869) of the API key and a random salt. A key is therefore used once,
//! and the nonce is always zero. The entry's name is authenticated: a value is good for its own entry
//! alone. So is the version, which the key is derived for. What is sealed says whether it is a token
//! or a failure, and tells its times.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};

use crate::sys::random;
use crate::{Secret, SecretBytes};

const VERSION: u8 = 1;
/// Names the version, too: another one has other keys.
const PURPOSE: &[u8] = b"libmomo/1/seal";
const SALT: usize = 32;
const HEADER: usize = 1 + SALT;

/// None if the system has no randomness.
pub(super) fn seal(api_key: &Secret, name: &str, plain: &[u8]) -> Option<Vec<u8>> {
    let salt: [u8; SALT] = random::bytes()?;
    let mut sealed = [&[VERSION], &salt[..], plain].concat();
    let tag = key(api_key, &salt)?
        .seal_in_place_separate_tag(nonce(), Aad::from(name), &mut sealed[HEADER..])
        .ok()?;
    sealed.extend_from_slice(tag.as_ref());
    Some(sealed)
}

/// None if it is anything but a value that was sealed for this name, whole.
pub(super) fn open(api_key: &Secret, name: &str, sealed: &[u8]) -> Option<SecretBytes> {
    let (header, text) = sealed.split_at_checked(HEADER)?;
    let salt = header.strip_prefix(&[VERSION])?;
    let mut plain = SecretBytes::with_capacity(text.len());
    plain.extend_from_slice(text);
    let length = key(api_key, salt)?
        .open_in_place(nonce(), Aad::from(name), &mut plain)
        .ok()?
        .len();
    plain.truncate(length);
    Some(plain)
}

fn key(api_key: &Secret, salt: &[u8]) -> Option<LessSafeKey> {
    let extracted = Salt::new(HKDF_SHA256, salt).extract(api_key.expose().as_bytes());
    let key = extracted.expand(&[PURPOSE], &CHACHA20_POLY1305).ok()?;
    Some(LessSafeKey::new(UnboundKey::from(key)))
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

#[cfg(test)]
mod tests;
