//! Certificates in PEM form (RFC 7468), as bundles hold them: between comments and other sections.
//!
//! The TLS library's own reader decodes base64 in constant time, as private keys want it. Trusted
//! certificates are public, and a system has some 140 of them: here a fast decoder reads them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::{memchr, memchr_iter};
use rustls::pki_types::CertificateDer;

const CERTIFICATE: &[u8] = b"CERTIFICATE";

/// Why a section is no certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum PemError {
    MissingEnd,
    NotBase64,
}

impl std::fmt::Display for PemError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::MissingEnd => "a certificate has no -----END CERTIFICATE----- line",
            Self::NotBase64 => "a certificate is not valid base64",
        })
    }
}

/// The text within each certificate section. Sections with other labels are passed over.
pub(super) fn sections(text: &[u8]) -> impl Iterator<Item = Result<&[u8], PemError>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let label = boundary(next_line(&mut rest)?, b"-----BEGIN ");
            if label == Some(CERTIFICATE) {
                return Some(body(&mut rest));
            }
        }
    })
}

/// The text up to the end of the section, which is taken off `rest`.
fn body<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], PemError> {
    let start = *rest;
    loop {
        let before = *rest;
        let Some(line) = next_line(rest) else {
            return Err(PemError::MissingEnd);
        };
        if boundary(line, b"-----END ") == Some(CERTIFICATE) {
            return Ok(&start[..start.len() - before.len()]);
        }
        if line.starts_with(b"-----") {
            // The boundary of another section: that one is looked at next.
            *rest = before;
            return Err(PemError::MissingEnd);
        }
    }
}

pub(super) fn decode(section: &[u8]) -> Result<CertificateDer<'static>, PemError> {
    let mut base64 = Vec::with_capacity(section.len());
    let mut start = 0;
    for end in memchr_iter(b'\n', section).chain([section.len()]) {
        base64.extend_from_slice(section[start..end].trim_ascii());
        start = section.len().min(end + 1);
    }
    let der = STANDARD.decode(base64).map_err(|_| PemError::NotBase64)?;
    Ok(CertificateDer::from(der))
}

fn next_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    if rest.is_empty() {
        return None;
    }
    let end = memchr(b'\n', rest);
    let (line, after) = match end {
        Some(end) => (&rest[..end], &rest[end + 1..]),
        None => (*rest, &rest[rest.len()..]),
    };
    *rest = after;
    Some(line.trim_ascii_end())
}

fn boundary<'a>(line: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    line.strip_prefix(prefix)?.strip_suffix(b"-----")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "pem_tests.rs"]
mod tests;
