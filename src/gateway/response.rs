//! Response: a token or an error. The status is looked at before the body.

use std::borrow::Cow;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use ureq::http::header::AGE;
use zeroize::Zeroize;

use super::authentication::Authentication;
use super::error_response::{self, firewall_refusal, header};
use super::retry::{AttemptError, Retry, seconds};
use super::transport::{MAX_BODY_BYTES, Response};
use crate::credentials::redact::Redactor;
use crate::token;
use crate::{Failure, Now, Status, Token};

const MAX_TYPE_CHARACTERS: usize = 256;

/// MTN's tokens last an hour; a longer life than a day is taken for a mistake in units.
const MAX_SECONDS: f64 = 24.0 * 3600.0;

#[derive(Deserialize)]
struct TokenBody<'a> {
    #[serde(borrow)]
    access_token: Cow<'a, str>,
    #[serde(borrow, default)]
    token_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    expires_in: Option<&'a RawValue>,
}

/// A text that serde also borrows within an Option. It copies a Cow that is there by itself.
#[derive(Deserialize, Default)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

pub(super) fn read(
    response: &Response,
    issued: Now,
    authentication: &Authentication,
) -> Result<Token, AttemptError> {
    if response.status != 200 {
        return Err(error_response::read(response, authentication));
    }
    let redactor = &authentication.redactor;
    let token = token_body(response, issued, redactor);
    token.map_err(|failure| {
        firewall_refusal(response, redactor)
            .unwrap_or(failure)
            .into()
    })
}

fn token_body(response: &Response, issued: Now, redactor: &Redactor) -> Result<Token, Failure> {
    if let Some(error) = &response.incomplete {
        return Err(Failure {
            http_status: 200,
            ..error.failure(redactor)
        });
    }
    if response.body.len() > MAX_BODY_BYTES {
        return Err(unusable("it is larger than 64 KiB"));
    }
    // serde's own message would quote the body; the place is all that is needed.
    let mut body: TokenBody = object(&response.body).map_err(|e| {
        unusable(&format!(
            "it is no JSON object with a text access_token (line {}, column {})",
            e.line(),
            e.column()
        ))
    })?;
    // How long a cache on the way has kept the response (RFC 9111, 5.1).
    let age = header(&response.headers, AGE).split(',').next();
    let age = age.and_then(|text| seconds(text.trim()));
    let token = token::check_access(&body.access_token).map(|()| {
        let Text(kind) = body.token_type.take().unwrap_or_default();
        Token::new(
            &body.access_token,
            &plain(&kind),
            body.expires_in.and_then(|v| lifetime(v.get())),
            issued.earlier(age.unwrap_or_default()),
        )
    });
    if let Cow::Owned(copy) = &mut body.access_token {
        copy.zeroize();
    }
    token.map_err(unusable)
}

fn unusable(why: &str) -> Failure {
    let message = format!(
        "the response has HTTP status 200 but no usable token: {why}; check that base_url is the \
         gateway and nothing in between responds for it"
    );
    Failure::of_response(200, Status::MOMO_INVALID_RESPONSE, message)
}

/// The one shape of JSON that the gateway sends. serde also takes an array of a struct's members for
/// the struct: here an array is nothing.
pub(super) fn object<'a, T: Deserialize<'a>>(text: &'a [u8]) -> serde_json::Result<T> {
    // Some servers begin with a byte order mark, which says nothing (RFC 8259, 8.1).
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let is_array = text.trim_ascii_start().starts_with(b"[");
    serde_json::from_slice(if is_array { b"" } else { text })
}

/// A token can end on its way: if the machine was suspended meanwhile, say. One that is about to
/// would have every call ask for another.
pub(super) fn check_not_ended(token: Token) -> Result<Token, AttemptError> {
    if !token.is_expired(Now::read()) {
        return Ok(token);
    }
    let message = "the token had already expired when it arrived: its lifetime (expires_in) is \
                   hardly longer than the request took, or a cache on the way has kept it (Age); \
                   try again, and if this stays, have nothing cache responses";
    let failure = Failure::of_response(200, Status::MOMO_INVALID_RESPONSE, message);
    let retry = Retry::Later;
    Err(AttemptError { failure, retry })
}

fn plain(kind: &str) -> String {
    let end = kind.char_indices().nth(MAX_TYPE_CHARACTERS);
    let end = end.map_or(kind.len(), |(end, _)| end);
    kind[..end].replace(char::is_control, " ")
}

/// Of `expires_in` as it stood in the response: a number, one in a text, or something that says
/// nothing. A token is usable whatever stands there, so nothing there is an error.
fn lifetime(json: &str) -> Option<Duration> {
    let text = || serde_json::from_str::<String>(json).ok();
    let seconds = number(json).or_else(|| number(text()?.trim()))?;
    let whole = seconds.min(MAX_SECONDS).floor();
    (whole > 0.0).then(|| Duration::from_secs_f64(whole))
}

/// None of a negative number. The standard library reads decimals exactly, by sixteen kilobytes of
/// code; here whole seconds count. Nearly every text is a whole number, and is read as one first.
fn number(text: &str) -> Option<f64> {
    const MAX_EXPONENT: i32 = 300;
    if let Ok(whole) = text.parse::<u32>() {
        return Some(whole.into());
    }
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let mantissa = mantissa.strip_prefix('+').unwrap_or(mantissa);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let mut digits = whole.chars().chain(fraction.chars());
    let digits = digits.try_fold(0.0, |sum, c| Some(10.0 * sum + f64::from(c.to_digit(10)?)))?;
    let exponent = exponent.parse::<i32>().ok()?;
    let exponent = exponent.saturating_sub(i32::try_from(fraction.len()).ok()?);
    let scale = 10_f64.powi(exponent.clamp(-MAX_EXPONENT, MAX_EXPONENT).abs());
    // Powers of ten are exact, and their reciprocals are not.
    Some(match exponent {
        ..0 => digits / scale,
        0.. => digits * scale,
    })
}

#[cfg(test)]
pub(super) mod tests;
