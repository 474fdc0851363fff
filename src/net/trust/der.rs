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

/// The content of the next element that has this tag; those before it are passed over.
fn next<'a>(rest: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    loop {
        let (found, content) = element(rest)?;
        if found == tag {
            return Some(content);
        }
    }
}

fn first(mut elements: &[u8], tag: u8) -> Option<&[u8]> {
    next(&mut elements, tag)
}

/// RFC 5280, 4.2.1.3: whether a certificate's key may sign others, as it also may if it does not say.
pub(super) fn may_issue(certificate: &[u8]) -> bool {
    key_usage(certificate).is_none_or(|bits| bits & KEY_CERT_SIGN != 0)
}

fn key_usage(certificate: &[u8]) -> Option<u8> {
    let to_be_signed = first(first(certificate, SEQUENCE)?, SEQUENCE)?;
    let mut extensions = first(first(to_be_signed, CONTEXT_3)?, SEQUENCE)?;
    while let Some(extension) = next(&mut extensions, SEQUENCE) {
        if first(extension, OID)? == KEY_USAGE {
            // Behind the number of bits that are not used.
            let value = first(extension, OCTET_STRING)?;
            return first(value, BIT_STRING)?.get(1).copied();
        }
    }
    None
}

/// How many bits the modulus of a public key has, if it is one for RSA. With the outer sequence or
/// without.
pub(super) fn rsa_bits(key: &[u8]) -> Option<usize> {
    let within = memchr::memmem::find(key, &alg_id::RSA_ENCRYPTION)?;
    let bits = first(&key[within + alg_id::RSA_ENCRYPTION.len()..], BIT_STRING)?;
    let modulus = first(first(bits.get(1..)?, SEQUENCE)?, INTEGER)?;
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    let first = modulus.get(zeros)?;
    Some((modulus.len() - zeros) * 8 - first.leading_zeros() as usize)
}

/// Of a `TRUSTED CERTIFICATE` the certificate itself, if what OpenSSL's programs have written behind
/// it lets it vouch for servers (X509_check_trust(3)).
pub(super) fn trusted_for_servers(der: &[u8]) -> Option<&[u8]> {
    let mut rest = der;
    element(&mut rest)?;
    let certificate = &der[..der.len() - rest.len()];
    let has = |mut purposes: &[u8]| {
        std::iter::from_fn(|| next(&mut purposes, OID))
            .any(|purpose| purpose == SERVER_AUTH || purpose == ANY_PURPOSE)
    };
    let mut more = next(&mut rest, SEQUENCE).unwrap_or_default();
    while let Some((tag, purposes)) = element(&mut more) {
        match tag {
            SEQUENCE if !has(purposes) => return None,
            CONTEXT_0 if has(purposes) => return None,
            _ => {}
        }
    }
    Some(certificate)
}

#[cfg(test)]
mod tests;
