use super::*;
use crate::cache::test_processes::{TwoProcesses, soon};
use crate::sys::{self, SteadyClock};
use crate::{Line, Now};

/// A token that was issued so many milliseconds ago.
fn token(text: &str, age: u64, now: Now) -> Token {
    let issued = now.earlier(Duration::from_millis(age));
    Token::new(text, "access_token", Some(Duration::from_secs(60)), issued)
}

fn tell(entry: &Processes, token: &Token) {
    entry.tell(token, &soon(), &mut CallLog::complete());
}

/// The text of the token that is stored.
fn stored(entry: &Processes) -> Option<String> {
    let found = entry.read(&soon(), &mut CallLog::complete()).ok()?;
    let text = found.token?.access().to_vec();
    Some(String::from_utf8(text).unwrap())
}

/// Elsewhere the boot clock is nowhere near the age of a token: it begins with the process.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
#[test]
fn of_two_processes_tokens_the_one_that_was_issued_later_is_shared() {
    let processes = TwoProcesses::new();
    let [own, other] = processes.shared();
    let now = Now::read();
    for (teller, text, age, kept) in [
        (other, "early", 3000, "early"),
        (own, "late", 1000, "late"),
        // It comes late itself, and was issued before.
        (other, "between", 2000, "late"),
        (other, "over", 60_000, "late"),
    ] {
        tell(teller, &token(text, age, now));
        for process in [own, other] {
            assert_eq!(stored(process).as_deref(), Some(kept));
        }
    }
}

#[test]
fn where_a_directory_cannot_be_used_that_is_said_and_no_call_ends() {
    let processes = TwoProcesses::new();
    let [own, _] = processes.shared();
    // A file has its place.
    let place = own.place.strip_prefix("file:").unwrap();
    std::fs::remove_dir(place).unwrap();
    std::fs::write(place, "").unwrap();
    let mut log = CallLog::complete();
    own.tell(&token("token", 0, Now::read()), &soon(), &mut log);
    assert!(own.read(&soon(), &mut log).is_err());
    let lines = log.into_lines();
    assert_eq!(lines.len(), 2);
    let said = &lines[0].text;
    assert!(said.contains("is no directory"), "{said}");
    assert!(said.contains(place), "{said}");
}

#[test]
fn a_token_of_another_clock_is_not_used_and_told_of_once() {
    let processes = TwoProcesses::new();
    let [own, _] = processes.shared();
    let now = Now::read();
    for (life, lines) in [(60, 1), (0, 0)] {
        own.told_of_clock.store(false, Ordering::Relaxed);
        let life = Some(Duration::from_secs(life));
        let token = Token::new("token", "access_token", life, now);
        let steady = Some(SteadyClock {
            name: "another boot".to_owned(),
            now: sys::steady_clock(None).unwrap().now,
        });
        let record = Record::of_token(&token, &Clocks { now, steady }).unwrap();
        let age = Age {
            since_issue: Duration::ZERO,
            left: Duration::from_secs(60),
        };
        let sealed = own.seal(&record).unwrap();
        let written = own.store.write_token(&own.name, &sealed, age, &soon());
        assert!(written.is_ok());
        let mut log = CallLog::complete();
        for _ in 0..2 {
            assert!(own.read(&soon(), &mut log).ok().unwrap().token.is_none());
        }
        let told = log.into_lines();
        assert_eq!(told.len(), lines);
        let said = |line: &Line| line.text.contains("before the machine was started");
        assert!(told.iter().all(said));
    }
}
