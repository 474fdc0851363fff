//! Files that are replaced at any moment while they are looked at.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::tests::credentials_in;
use super::*;
use crate::test_directory::TestDirectory;

#[test]
fn what_is_used_is_what_was_seen_to_be_still() {
    let directory = TestDirectory::new();
    directory.replace("user", "user-1");
    directory.replace("key", "0");
    let credentials = credentials_in(&directory.path(""));
    let rotation = Rotation::new(&credentials).unwrap();
    let mut now = Now::read();
    // By then every change is an hour old.
    now.wall += Duration::from_secs(3600);
    let is_over = AtomicBool::new(false);
    let (mut changes, mut unseen) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let versions = (1_u32..).take_while(|_| !is_over.load(Ordering::Relaxed));
            versions.for_each(|version| directory.replace("key", &version.to_string()));
        });
        while changes < 200 {
            let before = rotation.in_use.load_full();
            let _ = rotation.current(now, false, &mut CallLog::complete());
            let after = rotation.in_use.load();
            changes += u32::from(after.stamps != before.stamps);
            unseen += u32::from(after.stamps != before.stamps && after.stamps != after.seen);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert_eq!(unseen, 0);
}

/// As Kubernetes does it: the files are links into a directory to which one link leads, and which
/// another directory replaces.
#[cfg(unix)]
#[test]
fn whatever_the_moment_a_swapped_link_gives_no_mixed_pair() {
    let directory = TestDirectory::new();
    let replace_by = |version: u32| {
        let folder = directory.path(version.to_string());
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("user"), format!("{version}")).unwrap();
        std::fs::write(folder.join("key"), format!("{version}")).unwrap();
        std::os::unix::fs::symlink(&folder, directory.path("link")).unwrap();
        std::fs::rename(directory.path("link"), directory.path("data")).unwrap();
    };
    replace_by(0);
    let credentials = credentials_in(&directory.path("data"));
    let (is_over, seen_so_far) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // On a busy machine the other thread may come to read but seldom.
            let enough = |version| version >= 400 && seen_so_far.load(Ordering::Relaxed) > 5;
            let versions = (1..).take_while(|version| !enough(*version));
            versions.for_each(replace_by);
            is_over.store(true, Ordering::Relaxed);
        });
        let mut seen = std::collections::HashSet::new();
        while !is_over.load(Ordering::Relaxed) {
            // If they change all the time, that is an error.
            if let Ok((read, _)) = credentials.read(false) {
                let (user, key) = (&read.api_user, &read.api_key);
                assert_eq!(user.expose(), key.expose());
                seen.insert(user.expose().to_owned());
                seen_so_far.store(seen.len(), Ordering::Relaxed);
            }
        }
    });
}
