use serde_json::{Value, json};

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn clock(name: &str, now: u64) -> SteadyClock {
    SteadyClock {
        name: name.to_owned(),
        now: seconds(now),
    }
}

/// Read once: a test that is held up does not see it go on.
fn here(now: Now) -> Clocks {
    let steady = sys::steady_clock(None);
    Clocks { now, steady }
}

/// Without a clock but the store's.
fn nowhere(now: Now) -> Clocks {
    Clocks { now, steady: None }
}

/// Written at 10,000 s of the wall clock and 500 s of clock "a", good for an hour.
fn record() -> Record<'static> {
    Record {
        wall: 10_000_000,
        clock: Some(("a".to_owned(), 500_000)),
        life: 3_600_000,
        content: Content::Token {
            access: "t",
            kind: String::new(),
        },
    }
}

#[test]
fn the_clock_that_says_least_counts_and_one_beside_the_wall_clock_has_to_say_something() {
    let a = |now| Some(clock("a", now));
    let b = || Some(clock("b", 500));
    for (wall, steady, store, expected) in [
        (10_000, a(500), None, Some(3600)),
        (10_100, a(600), None, Some(3500)),
        (10_300, a(600), None, Some(3300)),
        (10_100, a(800), None, Some(3300)),
        (10_100, a(600), Some(40), Some(40)),
        (10_100, None, Some(3500), Some(3500)),
        // The wall clock was set back: never more than there was.
        (1_000, a(600), None, Some(3500)),
        (1_000, None, Some(4000), Some(3600)),
        // Over, by either.
        (13_600, a(600), None, None),
        (10_100, a(4100), None, None),
        (10_100, a(600), Some(0), None),
        // No clock in common.
        (10_000, None, None, None),
        (10_000, b(), None, None),
        (10_000, b(), Some(60), Some(60)),
        // Written at a time to come: by another clock, whatever its name.
        (10_000, a(400), Some(60), None),
        (10_000, a(499), None, Some(3600)),
    ] {
        let (boot, wall) = (seconds(500), seconds(wall));
        let now = Now { boot, wall };
        let found = record().left(&Clocks { now, steady }, store.map(seconds));
        assert_eq!(found, expected.map(seconds), "{wall:?} {store:?}");
    }
}

#[test]
fn a_token_comes_back_as_it_was_with_what_is_left_of_it() {
    // If "boot" is the first reading, none lies long before it.
    let now = Now::read() + HOUR;
    let issued = Now {
        boot: now.boot - Duration::from_millis(1500),
        wall: now.wall - Duration::from_millis(1500),
    };
    let token = Token::new("eyJ.x-_~+/=", "access_\"\u{e9}token", Some(HOUR), issued);
    let here = here(now);
    let bytes = Record::of_token(&token, &here).unwrap();
    let read = Record::parse(&bytes).unwrap();
    let copy = read.token(&here, None, Origin::DIRECTORY).unwrap();
    assert_eq!(copy.text(), token.text());
    let (life, original) = (copy.life.unwrap(), token.life.unwrap());
    assert_eq!(life.lifetime, HOUR);
    assert!(life.end.boot <= original.end.boot);
    assert!(original.end.boot - life.end.boot < Duration::from_millis(100));
    assert_eq!(copy.origin, Origin::DIRECTORY);
    assert!(read.failure(&here, None).is_none());
}

#[test]
fn a_token_may_be_older_than_the_machine_that_takes_it_is_up() {
    let now = Now {
        boot: seconds(60),
        wall: seconds(10_600),
    };
    let token = record().token(&nowhere(now), Some(seconds(3000)), Origin::REDIS);
    // Its clock is unknown here.
    let token = token.unwrap();
    assert_eq!(token.issued.boot, Duration::ZERO);
    assert_eq!(token.left(now), Some(seconds(3000)));
}

/// Other systems do not tell which network this is, and share no failure of it.
#[cfg(target_os = "linux")]
#[test]
fn a_failure_holds_where_it_was_met() {
    use crate::net::progress::Phase;
    let now = Now::read();
    let here = here(now);
    let failure = |status| Failure {
        http_status: 500,
        code: "C".to_owned(),
        body: "B".to_owned(),
        phase: Phase::Read,
        ..Failure::new(status, "why")
    };
    for status in [Status::MOMO_UNAUTHORIZED, Status::MOMO_RESOLVE_FAILED] {
        let bytes = Record::of_failure(&failure(status), seconds(5), &here).unwrap();
        let read = Record::parse(&bytes).unwrap();
        assert!(read.token(&here, None, Origin::DIRECTORY).is_none());
        let (copy, left) = read.failure(&here, None).unwrap();
        assert_eq!((copy.status, copy.http_status), (status, 500));
        assert_eq!((copy.code.as_str(), copy.body.as_str()), ("C", "B"));
        assert_eq!(copy.phase, Phase::Read);
        assert!(copy.message.starts_with("why"));
        assert!(left <= seconds(5) && left > seconds(4));
        assert!((4_000..=5_000).contains(&copy.retry_after_ms));
        let Content::Failure { machine, .. } = &read.content else {
            panic!("it is a failure");
        };
        assert_eq!(machine.is_some(), status == Status::MOMO_RESOLVE_FAILED);
    }
    let forbidden = failure(Status::MOMO_FORBIDDEN);
    let bytes = Record::of_failure(&forbidden, seconds(5), &here).unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let elsewhere = text.replace("net:[", "net:[9");
    assert_ne!(text, elsewhere);
    let read = Record::parse(elsewhere.as_bytes()).unwrap();
    assert!(read.failure(&nowhere(now), Some(seconds(5))).is_none());
}

/// Whoever has the API key is believed, but may be of another version of this library.
#[test]
fn a_record_is_of_what_a_program_may_be_handed_or_of_nothing() {
    let now = Now::read();
    let nowhere = nowhere(now);
    let read = |content: Value| {
        let text = json!({
            "wall": millis(now.wall), "life": 60_000, "clock": null, "content": content,
        });
        let text = text.to_string();
        let record = Record::parse(text.as_bytes());
        let store = Some(seconds(60));
        record.is_some_and(|record| {
            record.token(&nowhere, store, Origin::REDIS).is_some()
                || record.failure(&nowhere, store).is_some()
        })
    };
    let token = |access, kind| read(json!({"Token": {"access": access, "kind": kind}}));
    assert!(token("abc==", "access_token"));
    for (access, kind) in [
        ("", ""),
        ("a b", ""),
        ("a\r\nb", ""),
        ("a\0", ""),
        ("a", "b\n"),
    ] {
        assert!(!token(access, kind), "{access} {kind}");
    }
    let failure = |status, message| {
        read(json!({"Failure": {"machine": null, "failure": {
            "status": status, "http_status": 500, "retry_after_ms": -1, "message": message,
            "code": "", "body": "", "phase": "Read",
        }}}))
    };
    let status = "MOMO_SERVER_ERROR";
    assert!(failure(status, "why"));
    for (status, message) in [("MOMO_OK", "why"), ("MOMO_NEW", "why"), (status, "why\n")] {
        assert!(!failure(status, message), "{status} {message}");
    }
}

/// Else it would leave copies behind when it grows, and be read back by nobody.
#[test]
fn the_largest_token_and_failure_are_no_larger_than_any_value() {
    const SEAL: usize = 64;
    let now = Now::read();
    let token = Token::new(&"t".repeat(8192), &"\u{ffff}".repeat(256), Some(HOUR), now);
    let failure = Failure {
        code: "c".repeat(128),
        // Each of these is two in JSON.
        body: "\"".repeat(4096),
        ..Failure::new(Status::MOMO_SERVER_ERROR, "\"".repeat(2048))
    };
    let records = [
        Record::of_token(&token, &here(now)).unwrap(),
        Record::of_failure(&failure, HOUR, &nowhere(now)).unwrap(),
    ];
    for bytes in records {
        assert!(bytes.len() + SEAL <= MAX_VALUE_BYTES, "{}", bytes.len());
    }
}
