use std::fs::{File, FileTimes, Permissions};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::super::super::store::{LOCK_LIFE, StoreError};
use super::super::tests::Opened;
use super::super::{ABANDONED, FileStore, MAX_AGE, problem};
use super::{OpenDirectory, fits, no_lower_than};
use crate::test_directory::TestDirectory;
use crate::{Status, sys};

const SECOND: Duration = Duration::from_secs(1);

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn set_modified(path: &Path, at: SystemTime) {
    let times = FileTimes::new().set_modified(at);
    File::open(path).unwrap().set_times(times).unwrap();
}

#[test]
fn a_directory_that_others_may_use_or_replace_is_refused() {
    let directory = TestDirectory::new();
    let open = |name: &str| FileStore::open(&directory.path(name)).err();
    std::fs::create_dir(directory.path("own")).unwrap();
    symlink("own", directory.path("link")).unwrap();
    std::fs::write(directory.path("file"), "").unwrap();
    for mode in [0o701, 0o710, 0o704, 0o740, 0o702, 0o720] {
        set_mode(&directory.path("own"), mode);
        let refused = open("own").unwrap();
        assert_eq!(refused.status, Status::MOMO_CACHE_FAILED);
        assert!(refused.message.contains("chmod 700"), "{}", refused.message);
    }
    set_mode(&directory.path("own"), 0o700);
    assert!(open("own").is_none());
    assert!(open("link").unwrap().message.contains("is a link"));
    assert!(open("file").unwrap().message.contains("is no directory"));
    // That may be made later.
    assert!(open("missing/tokens").is_none());
    let problem = problem(&directory.path("own"), &Errno::ACCESS.into());
    assert!(matches!(problem, StoreError::Failed(why) if why.contains("cannot be opened")));
}

#[test]
fn a_file_that_is_not_this_user_s_alone_is_none() {
    let opened = Opened::new();
    opened.write(b"token");
    let file = opened.path("name.token");
    let mode = file.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for mode in [0o640, 0o604, 0o620, 0o602] {
        set_mode(&file, mode);
        assert_eq!(opened.token(), None, "{mode:o}");
    }
    // What is there is replaced, whatever it is.
    opened.write(b"token");
    assert_eq!(opened.token().unwrap(), b"token");
    std::fs::rename(&file, opened.path("elsewhere")).unwrap();
    symlink("elsewhere", &file).unwrap();
    assert_eq!(opened.token(), None);
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert_eq!(opened.token(), None);
}

#[test]
fn a_file_may_be_as_large_as_the_process_s_limit() {
    assert!(fits(10, None) && fits(10, Some(11)) && fits(10, Some(10)));
    assert!(!fits(10, Some(9)));
}

#[test]
fn a_lock_ends_with_its_owner_or_when_it_is_too_old_or_of_a_time_to_come() {
    let opened = Opened::new();
    let file = opened.path("name.lock");
    // Nobody holds it: its owner has died.
    std::fs::write(&file, "").unwrap();
    set_mode(&file, 0o600);
    let mut lock = opened.lock().unwrap();
    // The times of locks are of the steady clock.
    let began = SystemTime::UNIX_EPOCH + sys::steady_now();
    for (taken, ended) in [
        (began - LOCK_LIFE + SECOND, false),
        (began + SECOND / 2, false),
        (began - LOCK_LIFE - SECOND, true),
        (began + 60 * SECOND, true),
    ] {
        set_modified(&file, taken);
        let next = opened.lock();
        assert_eq!(next.is_some(), ended, "{taken:?}");
        if let Some(next) = next {
            // It is another file by now, and the former owner leaves that alone.
            drop(std::mem::replace(&mut lock, next));
            assert_eq!(opened.files(), ["name.lock"]);
        }
    }
}

#[test]
fn what_was_left_behind_is_removed_with_time_and_nothing_of_others() {
    let opened = Opened::new();
    let now = SystemTime::UNIX_EPOCH + sys::wall();
    let own = |start: char, rest: &str| start.to_string().repeat(64) + rest;
    let temporary = ".token.0123456789abcdef.tmp";
    let mut kept = vec![own('a', temporary), own('c', ".token")];
    // Other programs', in a directory that is not this library's alone.
    let foreign = "Cargo.lock download.tmp f.lock g.failure h session.token".split(' ');
    kept.extend(foreign.map(str::to_owned));
    let rests = [
        ".other",
        "b.lock",
        ".lock.1.tmp",
        ".lock.0123456789abcdef.tmp.1",
    ];
    kept.extend(rests.map(|rest| own('d', rest)));
    kept.push(own('A', ".lock"));
    let removed = [
        (own('b', temporary), ABANDONED + 2 * SECOND),
        (own('d', ".token"), MAX_AGE + 2 * SECOND),
        (own('e', ".failure"), MAX_AGE + 2 * SECOND),
        (own('f', ".lock"), Duration::ZERO),
    ];
    let ages = [ABANDONED - 2 * SECOND, MAX_AGE - 2 * SECOND].into_iter();
    let ages = ages.chain(std::iter::repeat(100 * MAX_AGE));
    for (file, age) in kept
        .iter()
        .zip(ages)
        .chain(removed.iter().map(|(file, age)| (file, *age)))
    {
        let path = opened.path(file);
        std::fs::write(&path, "").unwrap();
        set_mode(&path, 0o600);
        set_modified(&path, now - age);
    }
    opened.write(b"token");
    kept.push("name.token".to_owned());
    kept.sort();
    assert_eq!(opened.files(), kept);
    // Longer than a token lives.
    assert!(MAX_AGE > Duration::from_secs(24 * 3600) && ABANDONED >= 60 * SECOND);
}

#[test]
fn an_opened_file_is_closed_in_programs_that_are_started_and_a_fifo_is_not_waited_for() {
    let directory = TestDirectory::new();
    let opened = OpenDirectory::open(&directory.path("own")).ok().unwrap();
    std::fs::write(directory.path("own/file"), "").unwrap();
    let fifo = directory.path("own/fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    for name in ["file", "fifo"] {
        let file = opened
            .open_file(name, OFlags::RDONLY, Mode::empty())
            .unwrap();
        let flags = rustix::io::fcntl_getfd(&file).unwrap();
        assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
    }
}

#[test]
fn a_descriptor_that_is_too_low_is_exchanged_for_one_that_is_not() {
    let low = std::io::stdout().as_fd().try_clone_to_owned().unwrap();
    let number = low.as_raw_fd();
    let kept = no_lower_than(number, low).unwrap();
    assert_eq!(kept.as_raw_fd(), number);
    let exchanged = no_lower_than(number + 100, kept).unwrap();
    assert!(exchanged.as_raw_fd() >= number + 100);
    let flags = rustix::io::fcntl_getfd(&exchanged).unwrap();
    assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
}
