use std::path::Path;
use std::sync::Weak;

use super::*;
use crate::CallLog;
use crate::credentials::ValueSource;
use crate::test_directory::TestDirectory;

/// User and key in the files of these names in a folder, and a subscription key.
pub(super) fn credentials_in(folder: &Path) -> Credentials {
    let [user, key] = ["user", "key"].map(|name| folder.join(name));
    let given = |name: &str| {
        let value = match name {
            "api_user_file" => user.to_str()?,
            "api_key_file" => key.to_str()?,
            "subscription_key" => "subscription",
            _ => return None,
        };
        Some((value, ValueSource::Program))
    };
    Credentials::new(given).unwrap()
}

/// Files with the pair `user-1` and `key-1`, which has been read.
struct Files {
    directory: TestDirectory,
    rotation: Rotation,
    lines: Vec<String>,
    /// It stands still, so that a busy machine changes nothing; `after` sets the boot clock on, by
    /// which a change is seen to be still.
    now: Now,
}

impl Files {
    fn new() -> Self {
        let directory = TestDirectory::new();
        directory.replace("user", "user-1\n");
        directory.replace("key", "key-1\n");
        Self {
            rotation: Rotation::new(&credentials_in(&directory.path(""))).unwrap(),
            directory,
            lines: Vec::new(),
            now: Now::read(),
        }
    }

    fn after(&mut self, time: Duration) -> &mut Self {
        self.now.boot += time;
        self
    }

    /// What a request is sent with, or for how long it has to wait for that.
    fn look(&mut self, refused: bool) -> Result<String, Duration> {
        let mut log = CallLog::complete();
        let current = self.rotation.current(self.now, refused, &mut log);
        self.lines
            .extend(log.into_lines().into_iter().map(|l| l.text));
        current.map(|sent| format!("{} {}", sent.api_user.expose(), sent.api_key.expose()))
    }

    #[track_caller]
    fn expect(&mut self, pair: &str) -> &mut Self {
        assert_eq!(self.look(false).as_deref(), Ok(pair));
        self
    }

    #[track_caller]
    fn expect_lines(&mut self, words: &[&str]) {
        let lines = std::mem::take(&mut self.lines);
        assert_eq!(lines.len(), words.len(), "{lines:?}");
        for (line, word) in lines.iter().zip(words) {
            assert!(line.contains(word), "{line}");
            assert!(!line.contains("key-"), "{line}");
        }
    }
}

#[test]
fn another_pair_is_used_when_both_files_have_been_still_for_a_second() {
    let mut files = Files::new();
    files.expect("user-1 key-1");
    files.directory.replace("user", "user-2");
    files.expect("user-1 key-1");
    files.directory.replace("key", "key-2\r\n");
    files.expect("user-1 key-1");
    files.after(SETTLING_TIME).expect("user-2 key-2");
    let [user, key] = ["user", "key"].map(|name| files.directory.path(name));
    files.expect_lines(&[&format!(
        "from now on: api_user (6 characters, from {}) and api_key (5 characters, from {}) \
         and subscription_key (12 characters, set by the program)",
        user.display(),
        key.display()
    )]);
}

#[test]
fn another_key_alone_is_used_and_another_user_alone_is_not() {
    let mut files = Files::new();
    files.directory.replace("key", "key-2");
    files.expect("user-1 key-1");
    files.after(SETTLING_TIME).expect("user-1 key-2");
    files.expect_lines(&["from now on"]);
    files.directory.replace("user", "user-2");
    files.expect("user-1 key-2");
    files.after(SETTLING_TIME).expect("user-1 key-2");
    files.after(SETTLING_TIME).expect("user-1 key-2");
    files.expect_lines(&["another API user and the former API key"]);
    // The former pair is of no use any more: the user may have been a mistake.
    assert_eq!(files.look(true).as_deref(), Ok("user-2 key-2"));
    files.expect("user-2 key-2").expect_lines(&["from now on"]);
}

#[test]
fn files_without_credentials_are_told_of_once_and_the_former_ones_are_used() {
    let mut files = Files::new();
    for (text, words) in [
        ("", "empty"),
        ("\n", "empty"),
        ("key\n\n", "line break"),
        (" k", "white space"),
    ] {
        std::fs::write(files.directory.path("key"), text).unwrap();
        files.expect("user-1 key-1");
        for _ in 0..3 {
            files.after(SETTLING_TIME).expect("user-1 key-1");
        }
        files.expect_lines(&[words]);
    }
    std::fs::remove_file(files.directory.path("key")).unwrap();
    files.expect("user-1 key-1").expect_lines(&[]);
    files.after(SETTLING_TIME).expect("user-1 key-1");
    files.after(SETTLING_TIME).expect("user-1 key-1");
    files.expect_lines(&["cannot be read"]);
    files.directory.replace("key", "key-2");
    files.expect("user-1 key-1");
    files.after(SETTLING_TIME).expect("user-1 key-2");
    files.expect_lines(&["from now on"]);
}

#[test]
fn refused_credentials_are_read_again_and_a_change_is_waited_for() {
    let mut files = Files::new();
    // Nothing has changed: nothing is gained by waiting.
    assert_eq!(files.look(true).as_deref(), Ok("user-1 key-1"));
    files.directory.replace("user", "user-2");
    let wait = files.look(true).unwrap_err();
    assert!(wait <= SETTLING_TIME);
    files.directory.replace("key", "key-2");
    files.look(true).unwrap_err();
    files.after(SETTLING_TIME);
    assert_eq!(files.look(true).as_deref(), Ok("user-2 key-2"));
}

#[test]
fn the_clock_of_another_machine_delays_a_change_by_a_second_and_no_more() {
    const HOUR: Duration = Duration::from_secs(3600);
    let mut files = Files::new();
    files.directory.replace("key", "key-2");
    // The files are ahead of this machine.
    files.now.wall -= HOUR;
    files.expect("user-1 key-1");
    files.after(SETTLING_TIME / 2).expect("user-1 key-1");
    files.after(SETTLING_TIME / 2).expect("user-1 key-2");
    // What is old by its own time is used at once.
    files.directory.replace("key", "key-3");
    files.now.wall += 2 * HOUR;
    files.expect("user-1 key-3");
}

#[test]
fn replaced_credentials_are_wiped_with_the_last_request_that_uses_them() {
    let mut files = Files::new();
    let used: Weak<Credentials> = Arc::downgrade(&files.rotation.credentials());
    files.directory.replace("key", "key-2");
    files.expect("user-1 key-1");
    files.after(SETTLING_TIME).expect("user-1 key-2");
    assert!(used.upgrade().is_none());
}

#[test]
fn a_pair_is_half_changed_if_one_of_both_has_just_changed() {
    let now = Now::read();
    let (hour, tick) = (Duration::from_secs(3600), Duration::from_millis(10));
    let (old, new, ahead) = (now.wall - SETTLING_TIME, now.wall, now.wall + tick);
    for (user, key, is_half) in [
        (old + tick, old, true),
        (old, new, true),
        (old, ahead, true),
        (old, old - hour, false),
        (new, new - tick, false),
        (new, ahead, false),
        (new + hour, old, false),
    ] {
        let stamp = |name, changed| {
            let mut stamp = Stamp::default();
            stamp.changed = changed;
            (name, stamp)
        };
        let stamps = vec![stamp("api_user", user), stamp("api_key", key)];
        assert_eq!(is_half_changed(&stamps, now), is_half, "{stamps:?}");
        let others = vec![stamp("api_key", key), stamp("subscription_key", user)];
        assert!(!is_half_changed(&others, now));
    }
}

#[test]
fn a_first_reading_of_which_one_half_has_just_changed_waits() {
    let mut files = Files::new();
    let mut in_use = InUse::clone(&files.rotation.in_use.load());
    in_use.stamps = None;
    files.rotation.in_use.store(Arc::new(in_use));
    files.directory.replace("user", "user-2");
    files.look(false).unwrap_err();
    files.after(SETTLING_TIME).expect("user-2 key-1");
    files.expect("user-2 key-1");
}
