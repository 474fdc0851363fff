//! DER (X.690), as far as questions go that the TLS library has no answer to.

use rustls::pki_types::alg_id;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OID: u8 = 0x06;
const OCTET_STRING: u8 = 0x04;
const BIT_STRING: u8 = 0x03;
/// `[0]` and `[3]`, constructed.
const CONTEXT_0: u8 = 0xa0;
const CONTEXT_3: u8 = 0xa3;

const KEY_USAGE: &[u8] = b"\x55\x1d\x0f";
const KEY_CERT_SIGN: u8 = 0x04;
const SERVER_AUTH: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x03\x01";
const ANY_PURPOSE: &[u8] = b"\x55\x1d\x25\x00";

/// The tag and the content of the element that `rest` begins with, which is taken off it.
fn element<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&[tag, first], after) = rest.split_first_chunk()?;
    let (length, after) = match first {
        0..=0x7f => (usize::from(first), after),
        0x81..=0x83 => {
            let (bytes, after) = after.split_at_checked(usize::from(first - 0x80))?;
            let length = bytes.iter().fold(0, |sum, b| sum * 256 + usize::from(*b));
            (length, after)
        }
        _ => return None,
    };
    let (content, after) = after.split_at_checked(length)?;
    *rest = after;
    Some((tag, content))
}

/// One after another, up to one that is broken.
fn elements(mut rest: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || element(&mut rest))
}

fn with_tag(rest: &[u8], tag: u8) -> impl Iterator<Item = &[u8]> {
    elements(rest).filter_map(move |(found, content)| (found == tag).then_some(content))
}

fn first(rest: &[u8], tag: u8) -> Option<&[u8]> {
    with_tag(rest, tag).next()
}

/// RFC 5280, 4.2.1.3: whether a certificate's key may sign others, as it also may if it does not say.
pub(super) fn may_issue(certificate: &[u8]) -> bool {
    key_usage(certificate).is_none_or(|bits| bits & KEY_CERT_SIGN != 0)
}

fn key_usage(certificate: &[u8]) -> Option<u8> {
    let to_be_signed = first(first(certificate, SEQUENCE)?, SEQUENCE)?;
    let extensions = first(first(to_be_signed, CONTEXT_3)?, SEQUENCE)?;
    let is_key_usage = |extension: &&[u8]| first(extension, OID) == Some(KEY_USAGE);
    let extension = with_tag(extensions, SEQUENCE).find(is_key_usage)?;
    let value = first(extension, OCTET_STRING)?;
    // Behind the number of bits that are not used.
    first(value, BIT_STRING)?.get(1).copied()
}

/// Whether a public key, with the outer sequence or without, is one for RSA that the TLS library
/// takes no signature of: it has fewer bytes than 2048 bits are.
pub(super) fn is_short_rsa_key(key: &[u8]) -> bool {
    rsa_modulus(key).is_some_and(|modulus| modulus.len() < 2048 / 8)
}

fn rsa_modulus(key: &[u8]) -> Option<&[u8]> {
    let within = memchr::memmem::find(key, &alg_id::RSA_ENCRYPTION)?;
    let bits = first(&key[within + alg_id::RSA_ENCRYPTION.len()..], BIT_STRING)?;
    let modulus = first(first(bits.get(1..)?, SEQUENCE)?, INTEGER)?;
    Some(modulus.strip_prefix(b"\0").unwrap_or(modulus))
}

/// Of a `TRUSTED CERTIFICATE` the certificate itself, if what OpenSSL's programs have written behind
/// it lets it vouch for servers (X509_check_trust(3)).
pub(super) fn trusted_for_servers(der: &[u8]) -> Option<&[u8]> {
    let mut rest = der;
    element(&mut rest)?;
    let certificate = &der[..der.len() - rest.len()];
    let include_servers = |purposes| {
        with_tag(purposes, OID).any(|purpose| [SERVER_AUTH, ANY_PURPOSE].contains(&purpose))
    };
    let more = first(rest, SEQUENCE).unwrap_or_default();
    let is_trusted = elements(more).all(|(tag, content)| match tag {
        SEQUENCE => include_servers(content),
        CONTEXT_0 => !include_servers(content),
        _ => true,
    });
    is_trusted.then_some(certificate)
}

#[cfg(test)]
mod tests;
