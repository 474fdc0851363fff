use std::fs::{FileTimes, OpenOptions};
use std::os::windows::fs::OpenOptionsExt;
use std::process::Command;
use std::time::{Duration, SystemTime};

use windows_sys::Win32::Storage::FileSystem::FILE_WRITE_ATTRIBUTES;

use super::super::super::store::LOCK_LIFE;
use super::super::FileStore;
use super::super::tests::Opened;
use crate::Status;
use crate::test_directory::TestDirectory;

/// Wine's icacls does nothing, but there others have rights by the mode of the directory.
#[test]
fn a_directory_that_others_may_use_is_refused_with_windows_own_command() {
    let directory = TestDirectory::new();
    std::fs::create_dir(directory.path("open")).unwrap();
    let mut icacls = Command::new("icacls");
    let _ = icacls
        .arg(directory.path("open"))
        .args(["/grant", "*S-1-1-0:(R)"])
        .output();
    let refused = FileStore::open(&directory.path("open")).err().unwrap();
    assert_eq!(refused.status, Status::MOMO_CACHE_FAILED);
    let advice = format!("icacls \"{}\"", directory.path("open").display());
    assert!(refused.message.contains(&advice), "{}", refused.message);
    // That may be made later.
    let missing = FileStore::open(&directory.path("missing/tokens"));
    assert!(missing.is_ok());
}

#[test]
fn a_lock_that_is_held_for_too_long_is_another_s() {
    let opened = Opened::new();
    let first = opened.lock();
    assert!(first.is_some() && opened.lock().is_none());
    let too_old = SystemTime::now() - LOCK_LIFE - Duration::from_secs(1);
    // The file's times can be set while its owner lets nobody write to it.
    let file = OpenOptions::new()
        .access_mode(FILE_WRITE_ATTRIBUTES)
        .open(opened.path("name.lock"))
        .unwrap();
    file.set_times(FileTimes::new().set_modified(too_old))
        .unwrap();
    drop(file);
    let second = opened.lock();
    assert!(second.is_some());
    // What the former owner does is nothing to the present one.
    drop(first);
    assert!(opened.lock().is_none());
    drop(second);
    assert!(opened.files().is_empty());
}
