//! Values of options: what their texts mean, unless a file of their own says so.

use std::path::PathBuf;
use std::time::Duration;

use super::duration;
use crate::credentials::parse_header_value;
use crate::secret::Secret;

const MAX_TIMEOUT: Duration = Duration::from_secs(3600);
const MAX_REFRESH_MARGIN: Duration = Duration::from_secs(24 * 3600);
const MAX_ATTEMPTS: u32 = 10;

pub(super) const PRODUCTS: [&str; 3] = ["disbursement", "collection", "remittance"];

/// Which certificate authorities are trusted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ca {
    System,
    Mozilla,
    File(PathBuf),
    /// The text of such a file.
    Pem(Secret),
}

/// Who refreshes a stale token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RefreshBy {
    /// A short-lived thread of the library.
    Background,
    /// The caller who finds it stale.
    Caller,
}

impl Ca {
    pub(super) fn parse(value: &str) -> Result<Self, String> {
        match value {
            "system" => Ok(Self::System),
            "mozilla" => Ok(Self::Mozilla),
            "" => Err("it is system, mozilla or the path of a PEM file".to_owned()),
            // Whatever it is of: a private key may have been pasted.
            _ if value.contains("-----BEGIN ") => Ok(Self::Pem(Secret::new(value))),
            _ => path(value).map(Self::File),
        }
    }
}

impl RefreshBy {
    pub(super) fn parse(value: &str) -> Result<Self, String> {
        match value {
            "background" => Ok(Self::Background),
            "caller" => Ok(Self::Caller),
            _ => Err("it is background or caller".to_owned()),
        }
    }
}

pub(super) fn product(value: &str) -> Result<&'static str, String> {
    let product = PRODUCTS.into_iter().find(|product| *product == value);
    product.ok_or_else(|| format!("it is one of {}", PRODUCTS.join(", ")))
}

/// An empty one is none.
pub(super) fn path(value: &str) -> Result<PathBuf, String> {
    if value.contains(char::is_control) {
        return Err("a control character (a pasted newline?) is in the path; remove it".to_owned());
    }
    Ok(value.into())
}

pub(super) fn timeout(value: &str) -> Result<Duration, String> {
    duration::parse(value, Duration::from_millis(1), MAX_TIMEOUT)
}

pub(super) fn refresh_margin(value: &str) -> Result<Duration, String> {
    duration::parse(value, Duration::ZERO, MAX_REFRESH_MARGIN)
}

pub(super) fn attempts(value: &str) -> Result<u32, String> {
    let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    match value.parse::<u32>() {
        Ok(n) if digits && (1..=MAX_ATTEMPTS).contains(&n) => Ok(n),
        _ => Err(format!("it is a whole number from 1 to {MAX_ATTEMPTS}")),
    }
}

/// An empty one is none.
pub(super) fn optional_header_value(value: &str) -> Result<String, String> {
    if !value.is_empty() {
        parse_header_value(value)?;
    }
    Ok(value.to_owned())
}
