//! What a response means: a token only where it is a whole and valid one, and otherwise an error
//! that tells no secret.
//!
//! An input is the HTTP status, with "cut" where the connection ended before the body did and
//! "times N" where the body comes so often; then lines of header, an empty line, the body.
#![cfg_attr(feature = "libfuzzer", no_main)]

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use momo::ffi::momo_status::{self, *};
use momo::fuzzing::{Failure, ResponseReader, Token};
use momo_fuzz::credentials::{OPTIONS, SECRETS};
use momo_fuzz::failures::{check, is_token68};
use momo_fuzz::fuzz_target;
use momo_fuzz::split_at;
use serde_json::json;
use serde_json::value::RawValue;

const LARGEST_BODY: usize = 64 * 1024;
const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 3600);

static READER: LazyLock<ResponseReader> =
    LazyLock::new(|| ResponseReader::new(&OPTIONS).expect("valid options"));

struct Input<'a> {
    status: u16,
    is_whole: bool,
    headers: Vec<(&'a [u8], &'a [u8])>,
    body: Vec<u8>,
}

impl<'a> Input<'a> {
    fn parse(data: &'a [u8]) -> Self {
        let (head, body) = split_at(data, b"\n\n");
        let (first, headers) = split_at(head, b"\n");
        let first = String::from_utf8_lossy(first);
        let mut words = first.split(' ');
        let mut number = || words.next().and_then(|word| word.parse::<u16>().ok());
        let status = number().unwrap_or(200) % 1000;
        let times = first.split_once("times ").and_then(|(_, n)| n.parse().ok());
        // A byte more than is ever read.
        let most = (LARGEST_BODY + 1) / body.len().max(1);
        Self {
            status,
            is_whole: !first.contains("cut"),
            headers: headers
                .split(|b| *b == b'\n')
                .map(|line| split_at(line, b": "))
                .collect(),
            body: body.repeat(times.unwrap_or(1).min(most.max(1))),
        }
    }

    fn read(&self, body: &[u8]) -> Result<Token, Failure> {
        READER.read(
            self.status,
            self.headers.iter().copied(),
            body,
            self.is_whole,
        )
    }
}

/// Access token and token type of a usable body. Whatever else is in it is skipped, be it broken
/// UTF-8 or a number beyond all numbers.
fn usable(body: &[u8]) -> Option<(String, String)> {
    let text = String::from_utf8_lossy(body);
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(&text).ok()?;
    let access: String = serde_json::from_str(members.get("access_token")?.get()).ok()?;
    let kind = members.get("token_type").map_or("null", |kind| kind.get());
    let kind: Option<String> = serde_json::from_str(kind).ok()?;
    let is_usable = access.len() <= 8192 && is_token68(&access);
    is_usable.then(|| (access, kind.unwrap_or_default()))
}

/// What an HTTP status can mean where no firewall responds.
fn meanings(status: u16) -> &'static [momo_status] {
    match status {
        200 => &[MOMO_INVALID_RESPONSE],
        401 => &[MOMO_UNAUTHORIZED, MOMO_SUBSCRIPTION_KEY_REFUSED],
        403 => &[MOMO_FORBIDDEN, MOMO_RATE_LIMITED],
        429 => &[MOMO_RATE_LIMITED],
        400 => &[MOMO_UNEXPECTED_STATUS, MOMO_UNAUTHORIZED, MOMO_FORBIDDEN],
        500 => &[MOMO_SERVER_ERROR, MOMO_UNAUTHORIZED, MOMO_FORBIDDEN],
        501..=599 => &[MOMO_SERVER_ERROR],
        _ => &[MOMO_UNEXPECTED_STATUS],
    }
}

fuzz_target!(init: momo_fuzz::prepare(), |data: &[u8]| {
    let input = Input::parse(data);
    let usable = usable(&input.body).filter(|_| input.body.len() <= LARGEST_BODY);
    match input.read(&input.body) {
        Ok(token) => {
            assert_eq!((input.status, input.is_whole), (200, true));
            let (access, kind) = usable.expect("a token comes from a usable body");
            assert_eq!(token.access, access);
            assert!(!token.kind.contains(char::is_control), "{token:?}");
            if kind.len() <= 256 && !kind.contains(char::is_control) {
                assert_eq!(token.kind, kind);
            }
            let fits = |life: Duration| !life.is_zero() && life <= LONGEST_LIFETIME;
            assert!(token.lifetime.is_none_or(fits), "{token:?}");
        }
        Err(failure) => {
            let Failure { message, code, body, .. } = &failure;
            check([message, code, body], failure.http_status.into(), &SECRETS);
            assert!(failure.retry_after_ms >= -1, "{failure:?}");
            assert_eq!(failure.http_status, input.status);
            let is_firewall = String::from_utf8_lossy(&input.body).contains("Request Rejected");
            if is_firewall {
                assert_eq!(failure.status, MOMO_FORBIDDEN);
            } else if input.status == 200 && !input.is_whole {
                assert_eq!(failure.status, MOMO_CONNECTION_LOST);
            } else {
                let expected = meanings(input.status);
                assert!(expected.contains(&failure.status), "{failure:?}");
            }
            if let Some((access, kind)) =
                usable.filter(|_| input.status == 200 && input.is_whole)
            {
                // Two members of one name are refused; written once, they are no reason to refuse.
                let body = json!({ "access_token": access, "token_type": kind }).to_string();
                let token = input.read(body.as_bytes()).expect("a token");
                assert_eq!(token.access, access);
            }
        }
    }
});
