//! Values of a cache that others can write to: what was sealed here comes back as it was, and
//! whatever else is there is no value.
//!
//! The first line of an input says what it is: "value", and the bytes that are found; "record", and
//! what somebody with the API key has sealed; "token LIFETIME" or "failure STATUS", with the place
//! of a byte and how it is changed, and the texts, each on its line.
#![cfg_attr(feature = "libfuzzer", no_main)]

use std::sync::LazyLock;
use std::time::Duration;

use momo::ffi::momo_status::{self, *};
use momo::fuzzing::{Failure, SealedCache, Token};
use momo_fuzz::credentials::OPTIONS;
use momo_fuzz::failures::is_token68;
use momo_fuzz::fuzz_target;
use momo_fuzz::split_at;

static CACHE: LazyLock<SealedCache> =
    LazyLock::new(|| SealedCache::new(&OPTIONS).expect("valid options"));

const HOUR: Duration = Duration::from_secs(3600);
const DAY: u64 = 24 * 3600;

const FAILURES: [momo_status; 4] = [
    MOMO_UNAUTHORIZED,
    MOMO_SUBSCRIPTION_KEY_REFUSED,
    MOMO_RATE_LIMITED,
    MOMO_SERVER_ERROR,
];

/// Whatever is done to a sealed value: it is none, nor is it one of the other kind.
fn check_changes(sealed: &[u8], place: usize, change: u8) {
    let is_none = |value: &[u8]| {
        assert_eq!(CACHE.read(value, value, None), (None, None));
    };
    let place = place % sealed.len();
    let mut changed = sealed.to_vec();
    changed[place] ^= change.max(1);
    is_none(&changed);
    is_none(&sealed[..place]);
    is_none(&sealed[place + 1..]);
    is_none(&[sealed, &[change]].concat());
}

fn value(bytes: &[u8]) {
    for left in [None, Some(HOUR)] {
        assert_eq!(CACHE.read(bytes, bytes, left), (None, None));
    }
}

/// Whoever has the API key is trusted, but may be of another version.
fn record(bytes: &[u8]) {
    let sealed = CACHE.seal_record(bytes);
    let sealed = sealed.expect("the system has randomness");
    let (token, failure) = CACHE.read(&sealed, &sealed, Some(HOUR));
    if let Some(token) = token {
        assert!(is_token68(&token.access), "{token:?}");
        assert!(!token.kind.contains(char::is_control), "{token:?}");
    }
    if let Some(failure) = failure {
        assert_ne!(failure.status, MOMO_OK);
        assert!(failure.retry_after_ms >= 1);
        for text in [&failure.message, &failure.code, &failure.body] {
            assert!(!text.contains(char::is_control), "{failure:?}");
        }
    }
}

fn token(numbers: &[u64], texts: &[String]) {
    let token = Token {
        access: texts[0].clone(),
        kind: texts[1].clone(),
        lifetime: Some(Duration::from_secs(numbers[0] % DAY + 1)),
    };
    let sealed = CACHE.seal_token(&token).expect("it is sealed");
    let read = CACHE.read(&sealed, &sealed, None);
    assert_eq!(read, (Some(token), None));
    check_changes(&sealed, numbers[1] as usize, numbers[2] as u8);
}

fn failure(numbers: &[u64], texts: &[String]) {
    let failure = Failure {
        status: FAILURES[numbers[0] as usize % FAILURES.len()],
        http_status: numbers[1] as u16,
        retry_after_ms: -1,
        message: texts[0].clone(),
        code: texts[1].clone(),
        body: texts[2].clone(),
    };
    let sealed = CACHE.seal_failure(&failure, HOUR).expect("it is sealed");
    let (token, read) = CACHE.read(&sealed, &sealed, None);
    let read = read.expect("what was sealed opens");
    assert_eq!(token, None);
    assert!(read.message.starts_with(&failure.message));
    assert!((1..=3_600_000).contains(&read.retry_after_ms));
    let same = Failure {
        message: failure.message.clone(),
        retry_after_ms: -1,
        ..read
    };
    assert_eq!(same, failure);
    check_changes(&sealed, numbers[1] as usize, numbers[2] as u8);
}

fuzz_target!(init: momo_fuzz::prepare(), |data: &[u8]| {
    let (first, rest) = split_at(data, b"\n");
    let first = String::from_utf8_lossy(first);
    let mut words = first.split(' ');
    let kind = words.next().unwrap_or_default();
    let mut numbers: Vec<u64> = words.filter_map(|word| word.parse().ok()).collect();
    numbers.resize(3, 1);
    // A response's texts have no control characters, and a token is of RFC 6750's alphabet.
    let text = String::from_utf8_lossy(rest);
    let lines = text.lines().map(|line| line.replace(char::is_control, " "));
    let mut texts: Vec<String> = lines.collect();
    texts.resize(3, String::new());
    match kind {
        "record" => record(rest),
        "token" if is_token68(&texts[0]) => token(&numbers, &texts),
        "failure" => failure(&numbers, &texts),
        _ => value(rest),
    }
});
