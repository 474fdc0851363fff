//! Response: a token or an error. The status is looked at before the body.

use std::borrow::Cow;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use ureq::http::HeaderMap;
use ureq::http::header::AGE;
use zeroize::Zeroize;

use super::advice::Advice;
use super::attempt_error::{AttemptError, Retry};
use super::error_response::{self, header};
use super::firewall;
use super::json::object;
use super::lifetime;
use super::transport::{MAX_BODY_BYTES, Response};
use crate::clock::Now;
use crate::credentials::redact::Redactor;
use crate::error::{Failure, Status};
use crate::net::transport_error::TransportError;
use crate::token::{self, Token};

const MAX_TYPE_BYTES: usize = 256;

#[derive(Deserialize)]
struct TokenBody<'a> {
    #[serde(borrow)]
    access_token: Cow<'a, str>,
    #[serde(borrow, default)]
    token_type: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    expires_in: Option<&'a RawValue>,
}

pub(super) fn read(
    response: &Response,
    issued: Now,
    redactor: &Redactor,
    advice: &Advice,
) -> Result<Token, AttemptError> {
    if response.status == 200 {
        return token_body(response, issued).map_err(|why| unusable(response, redactor, &why));
    }
    Err(error_response::read(response, redactor, advice))
}

fn token_body(response: &Response, issued: Now) -> Result<Token, Unusable> {
    if let Some(error) = &response.incomplete {
        return Err(Unusable::Incomplete(error.clone()));
    }
    if response.body.len() > MAX_BODY_BYTES {
        return Err(Unusable::Content("it is larger than 64 KiB".to_owned()));
    }
    // serde's own message would quote the body; the place is all that is needed.
    let mut body: TokenBody = object(&response.body).map_err(|e| {
        Unusable::Content(format!(
            "it is no JSON object with a text access_token (line {}, column {})",
            e.line(),
            e.column()
        ))
    })?;
    let token = token::check_access(&body.access_token).map(|()| {
        let kind = body.token_type.as_deref().unwrap_or_default();
        Token::new(
            &body.access_token,
            &plain(kind),
            body.expires_in.and_then(|v| lifetime::parse(v.get())),
            issued.earlier(age(&response.headers)),
        )
    });
    if let Cow::Owned(copy) = &mut body.access_token {
        copy.zeroize();
    }
    token.map_err(|why| Unusable::Content(why.to_owned()))
}

/// How long a cache on the way has kept the response (RFC 9111, 5.1).
fn age(headers: &HeaderMap) -> Duration {
    let text = header(headers, AGE).split(',').next().unwrap_or_default();
    let digits = text.trim();
    match digits.bytes().all(|b| b.is_ascii_digit()) {
        true if !digits.is_empty() => Duration::from_secs(digits.parse().unwrap_or(u64::MAX)),
        _ => Duration::ZERO,
    }
}

fn plain(kind: &str) -> Cow<'_, str> {
    let end = kind.char_indices().nth(MAX_TYPE_BYTES);
    let kind = end.map_or(kind, |(end, _)| &kind[..end]);
    if kind.contains(char::is_control) {
        kind.replace(char::is_control, " ").into()
    } else {
        kind.into()
    }
}

enum Unusable {
    Incomplete(TransportError),
    Content(String),
}

fn unusable(response: &Response, redactor: &Redactor, why: &Unusable) -> AttemptError {
    if let Some(firewall) = firewall::read(response, redactor) {
        return firewall;
    }
    let failure = match why {
        Unusable::Incomplete(error) => Failure::new(error.status(), error.message(redactor)),
        Unusable::Content(why) => Failure::new(
            Status::MOMO_INVALID_RESPONSE,
            format!(
                "the response has HTTP status 200 but no usable token: {why}; check that base_url is \
                 the gateway and nothing in between responds for it"
            ),
        ),
    };
    AttemptError {
        failure: Failure {
            http_status: 200,
            ..failure
        },
        retry: Retry::Never,
    }
}

#[cfg(test)]
#[path = "response_tests.rs"]
pub(super) mod tests;
