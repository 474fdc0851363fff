use std::path::Path;
use std::sync::Weak;

use super::*;
use crate::CallLog;
use crate::credentials::ValueSource;
use crate::test_directory::TestDirectory;

/// The files of user and key, and a subscription key.
pub(super) fn credentials_in(user: &Path, key: &Path) -> Credentials {
    credentials_of([
        ("api_user_file", user.to_str().unwrap()),
        ("api_key_file", key.to_str().unwrap()),
    ])
}

fn credentials_of(options: [(&str, &str); 2]) -> Credentials {
    let all = [options[0], options[1], ("subscription_key", "subscription")];
    let given = |name: &str| {
        let (_, value) = all.into_iter().find(|(option, _)| *option == name)?;
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
        let credentials = credentials_in(&directory.path("user"), &directory.path("key"));
        Self::of(directory, Rotation::new(&credentials).unwrap())
    }

    fn of(directory: TestDirectory, rotation: Rotation) -> Self {
        Self {
            directory,
            rotation,
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
        self.look_at(self.now, refused)
    }

    fn look_at(&mut self, now: Now, refused: bool) -> Result<String, Duration> {
        let mut log = CallLog::complete();
        let current = self.rotation.current(now, refused, &mut log);
        self.lines
            .extend(log.into_lines().into_iter().map(|l| l.text));
        match current {
            Ok(credentials) => Ok(pair(&credentials)),
            Err(time) => Err(time),
        }
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

fn pair(credentials: &Credentials) -> String {
    let Credentials {
        api_user, api_key, ..
    } = credentials;
    format!("{} {}", api_user.expose(), api_key.expose())
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
    let mut files = Files::new();
    files.directory.replace("key", "key-2");
    let mut look = |time| {
        let mut now = files.now;
        // The files are an hour ahead of this machine.
        now.wall -= Duration::from_secs(3600);
        now.boot += time;
        files.look_at(now, false)
    };
    assert_eq!(look(Duration::ZERO).as_deref(), Ok("user-1 key-1"));
    assert_eq!(look(SETTLING_TIME / 2).as_deref(), Ok("user-1 key-1"));
    assert_eq!(look(SETTLING_TIME).as_deref(), Ok("user-1 key-2"));
}

#[test]
fn a_change_that_is_an_hour_old_is_used_at_once() {
    let mut files = Files::new();
    files.directory.replace("key", "key-2");
    let mut now = files.now;
    now.wall += Duration::from_secs(3600);
    assert_eq!(files.look_at(now, false).as_deref(), Ok("user-1 key-2"));
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
fn a_first_reading_of_which_one_half_has_just_changed_waits() {
    let directory = TestDirectory::new();
    directory.replace("key", "key-1");
    std::thread::sleep(Duration::from_millis(20));
    directory.replace("user", "user-2");
    let credentials = credentials_in(&directory.path("user"), &directory.path("key"));
    let (_, stamps) = credentials.read(true).unwrap();
    let now = Now::read();
    let [_, (_, Stamp { changed, .. })] = stamps[..] else {
        panic!("{stamps:?}");
    };
    let before_the_user = Now {
        wall: changed + Duration::from_millis(1),
        ..now
    };
    assert!(!is_half_changed(&stamps, before_the_user));
    let half_way = Now {
        wall: changed + SETTLING_TIME,
        ..now
    };
    assert!(is_half_changed(&stamps, half_way));
    let later = half_way + Duration::from_millis(10);
    assert!(is_half_changed(&stamps, later));
    assert!(!is_half_changed(&stamps, half_way + SETTLING_TIME));
    let rotation = Rotation::new(&credentials).unwrap();
    let mut in_use = InUse::clone(&rotation.in_use.load());
    in_use.stamps = None;
    rotation.in_use.store(Arc::new(in_use));
    directory.replace("key", "key-2");
    let mut files = Files::of(directory, rotation);
    files.look(false).unwrap_err();
    files.after(SETTLING_TIME).expect("user-2 key-2");
    files.expect("user-2 key-2");
}

#[test]
fn a_file_whose_time_is_far_ahead_has_not_just_changed() {
    let directory = TestDirectory::new();
    directory.replace("key", "key-1");
    directory.replace("user", "user-1");
    let now = Now::read() + Duration::from_secs(60);
    let in_an_hour = std::time::SystemTime::now() + Duration::from_secs(3600);
    let user = std::fs::OpenOptions::new()
        .write(true)
        .open(directory.path("user"));
    user.unwrap().set_modified(in_an_hour).unwrap();
    let credentials = credentials_in(&directory.path("user"), &directory.path("key"));
    let (_, stamps) = credentials.read(true).unwrap();
    assert!(!is_half_changed(&stamps, now));
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_that_was_read_is_left_alone_while_nothing_is_refused() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let directory = TestDirectory::new();
    let key = directory.path("key");
    mknodat(CWD, &key, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let credentials = credentials_of([
        ("api_user", "user-1"),
        ("api_key_file", key.to_str().unwrap()),
    ]);
    let rotation = std::thread::scope(|scope| {
        scope.spawn(|| std::fs::write(&key, "key-1").unwrap());
        Rotation::new(&credentials).unwrap()
    });
    let mut files = Files::of(directory, rotation);
    files.expect("user-1 key-1").expect_lines(&[]);
}
