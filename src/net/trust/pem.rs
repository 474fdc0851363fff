//! Certificates in PEM form (RFC 7468), as bundles hold them: between comments and other sections.
//!
//! The TLS library's own reader decodes base64 in constant time, as private keys want it. Trusted
//! certificates are public, and a system has some 140 of them: here a fast decoder reads them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use rustls::pki_types::CertificateDer;

use super::der;

/// What OpenSSL takes. The last has its own signs of trust behind the certificate.
const LABELS: [&[u8]; 3] = [b"CERTIFICATE", b"X509 CERTIFICATE", TRUSTED];
const TRUSTED: &[u8] = b"TRUSTED CERTIFICATE";

const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";

const MISSING_END: &str = "a certificate has no -----END CERTIFICATE----- line";
const NOT_BASE64: &str = "a certificate is not valid base64";

/// The certificate of each section that has one, or why it is none. Sections with other labels are
/// passed over, and those that are not trusted for servers.
pub(super) fn certificates(
    text: &[u8],
) -> impl Iterator<Item = Result<CertificateDer<'static>, &'static str>> {
    memmem::find_iter(text, BEGIN)
        .filter(|at| begins_line(&text[..*at]))
        .filter_map(|at| certificate(&text[at + BEGIN.len()..]).transpose())
}

/// Whether a new line begins behind this text. In a variable the line breaks may have become blanks,
/// and if files were joined, a byte order mark may be before any of them.
fn begins_line(before: &[u8]) -> bool {
    let text = before.trim_ascii_end();
    text.is_empty()
        || before[text.len()..].contains(&b'\n')
        || text.ends_with(DASHES)
        || text.ends_with(b"\xef\xbb\xbf")
}

/// What the section holds whose label begins here.
fn certificate(text: &[u8]) -> Result<Option<CertificateDer<'static>>, &'static str> {
    let label = memmem::find(text, DASHES).map(|end| &text[..end]);
    let Some(label) = label.filter(|label| LABELS.contains(label)) else {
        return Ok(None);
    };
    let body = &text[label.len() + DASHES.len()..];
    let end = [b"-----END ", label, DASHES].concat();
    let length = memmem::find(body, DASHES).filter(|at| body[*at..].starts_with(&end));
    let body = &body[..length.ok_or(MISSING_END)?];
    let mut base64 = Vec::with_capacity(body.len());
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', body).chain([body.len()]) {
        base64.extend_from_slice(body[start..end].trim_ascii());
        start = end;
    }
    let der = STANDARD.decode(&base64).or_else(|_| {
        // In a variable the line breaks may have become blanks. To look at each byte of every bundle
        // takes as long as to decode it.
        base64.retain(|byte| !byte.is_ascii_whitespace());
        STANDARD.decode(&base64).map_err(|_| NOT_BASE64)
    })?;
    Ok(match label {
        TRUSTED => der::trusted_for_servers(&der).map(|der| der.to_vec().into()),
        _ => Some(der.into()),
    })
}

#[cfg(test)]
mod tests;
