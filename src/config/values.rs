//! Values of options: what their texts mean, unless a file of their own says so.

use std::path::PathBuf;
use std::time::Duration;

use super::duration;
use crate::Secret;
use crate::credentials::check_header_value;

const HOUR: Duration = Duration::from_secs(3600);

pub(super) const PRODUCTS: [&str; 3] = ["disbursement", "collection", "remittance"];

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ca {
    System,
    Mozilla,
    File(PathBuf),
    /// The text of such a file.
    Pem(Secret),
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

/// Whether the caller that finds a request due makes it.
pub(super) fn refresh_by_caller(value: &str) -> Result<bool, String> {
    match value {
        "background" => Ok(false),
        "caller" => Ok(true),
        _ => Err("it is background or caller".to_owned()),
    }
}

pub(super) fn product(value: &str) -> Result<&'static str, String> {
    let product = PRODUCTS.into_iter().find(|product| *product == value);
    product.ok_or_else(|| format!("it is one of {}", PRODUCTS.join(", ")))
}

/// An empty one is none.
pub(super) fn path(value: &str) -> Result<PathBuf, String> {
    if value.contains(char::is_control) {
        Err("a control character (a pasted newline?) is in the path; remove it")?;
    }
    Ok(value.into())
}

pub(super) fn timeout(value: &str) -> Result<Duration, String> {
    duration::parse(value, Duration::from_millis(1), HOUR)
}

pub(super) fn refresh_margin(value: &str) -> Result<Duration, String> {
    duration::parse(value, Duration::ZERO, HOUR * 24)
}

pub(super) fn attempts(value: &str) -> Result<u32, String> {
    // A number may have a sign.
    let is_plain = value.starts_with(|c: char| c.is_ascii_digit());
    let number = value.parse().ok();
    let number = number.filter(|number| is_plain && (1..=10).contains(number));
    number.ok_or("it is a whole number from 1 to 10".to_owned())
}

/// An empty one is none.
pub(super) fn optional_header_value(value: &str) -> Result<String, String> {
    if !value.is_empty() {
        check_header_value(value)?;
    }
    Ok(value.to_owned())
}
