//! Certificates in PEM form (RFC 7468), as bundles hold them: between comments and other sections.
//!
//! The TLS library's own reader decodes base64 in constant time, as private keys want it. Trusted
//! certificates are public, and a system has some 140 of them: here a fast decoder reads them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::{memchr, memchr_iter};
use rustls::pki_types::CertificateDer;

use super::der;

/// What OpenSSL takes. The last has its own signs of trust behind the certificate.
const LABELS: [&[u8]; 3] = [b"CERTIFICATE", b"X509 CERTIFICATE", TRUSTED];
const TRUSTED: &[u8] = b"TRUSTED CERTIFICATE";

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

/// The certificate of each section that has one. Sections with other labels are passed over, and
/// those that are not trusted for servers.
pub(super) fn certificates(
    text: &[u8],
) -> impl Iterator<Item = Result<CertificateDer<'static>, PemError>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let Some(label) = boundary(next_line(&mut rest)?, b"-----BEGIN ") else {
                continue;
            };
            if !LABELS.contains(&label) {
                continue;
            }
            let der = body(&mut rest, label).and_then(decode);
            if label != TRUSTED {
                return Some(der.map(CertificateDer::from));
            }
            let trusted = der.map(|der| der::trusted_for_servers(&der).map(<[u8]>::to_vec));
            if let Some(trusted) = trusted.transpose() {
                return Some(trusted.map(CertificateDer::from));
            }
        }
    })
}

/// The text up to the end of the section, which is taken off `rest`.
fn body<'a>(rest: &mut &'a [u8], label: &[u8]) -> Result<&'a [u8], PemError> {
    let start = *rest;
    loop {
        let before = *rest;
        let Some(line) = next_line(rest) else {
            return Err(PemError::MissingEnd);
        };
        if boundary(line, b"-----END ") == Some(label) {
            return Ok(&start[..start.len() - before.len()]);
        }
        if line.starts_with(b"-----") {
            // The boundary of another section: that one is looked at next.
            *rest = before;
            return Err(PemError::MissingEnd);
        }
    }
}

fn decode(section: &[u8]) -> Result<Vec<u8>, PemError> {
    let mut base64 = Vec::with_capacity(section.len());
    let mut start = 0;
    for end in memchr_iter(b'\n', section).chain([section.len()]) {
        base64.extend_from_slice(section[start..end].trim_ascii());
        start = section.len().min(end + 1);
    }
    STANDARD.decode(base64).map_err(|_| PemError::NotBase64)
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
    // Where files were joined, a byte order mark may be before any of them.
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    line.strip_prefix(prefix)?.strip_suffix(b"-----")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "pem_tests.rs"]
mod tests;
