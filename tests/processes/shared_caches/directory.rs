//! A directory that is unsafe, full, not to be written, or changed under a process.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use momo_mock_gateway::Gateway;

use super::process::{ONE_CALL, Setting, assert_all_good};
use crate::child::{Scratch, in_own_mounts, is_root, run, wait_for};
use crate::place::files;

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A directory for tokens that is as it should be.
fn directory(scratch: &Scratch, name: &str) -> PathBuf {
    let path = scratch.path(name);
    std::fs::create_dir(&path).unwrap();
    mode(&path, 0o700);
    path
}

/// A directory of another user, if this one may make one.
fn foreign(scratch: &Scratch) -> Option<PathBuf> {
    let path = is_root().then(|| directory(scratch, "foreign"))?;
    std::os::unix::fs::chown(&path, Some(12345), None).unwrap();
    Some(path)
}

fn option(path: &Path) -> String {
    format!("file:{}", path.display())
}

/// What a process that cannot make its client says.
fn refusal(setting: &Setting, environment: Option<(&str, &Path)>) -> String {
    let mut command = setting.command(ONE_CALL);
    let done = command.envs(environment).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    String::from_utf8(done.stderr).unwrap()
}

#[test]
fn a_directory_that_is_missing_is_made_for_this_user_alone_and_so_are_its_files() {
    let (scratch, gateway) = (Scratch::new(), Gateway::start().unwrap());
    let path = scratch.path("new");
    let setting = Setting::new(&gateway, "", &(option(&path) + "/"));
    // Whatever the umask.
    let open = ["sh", "-c", "umask 0; exec \"$@\"", "sh"];
    setting.under(&open).one();
    let rights = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o7777;
    assert_eq!(rights(&path), 0o700);
    let all = files(&path, "");
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].to_str().unwrap().ends_with(".token"));
    assert_eq!(rights(&all[0]), 0o600);
}

/// The unit tests of the store have more of them.
#[test]
fn an_unsafe_directory_is_refused_when_the_client_is_made() {
    let (scratch, gateway) = (Scratch::new(), Gateway::start().unwrap());
    let (open, link) = (directory(&scratch, "open"), scratch.path("link"));
    mode(&open, 0o750);
    symlink(&open, &link).unwrap();
    let mut cases = vec![(open, "run chmod 700"), (link.join(""), "is a link")];
    let another_s = "is another user's: it belongs to user 12345, and this process runs as user 0";
    cases.extend(foreign(&scratch).map(|path| (path, another_s)));
    for (path, words) in cases {
        let said = refusal(&Setting::new(&gateway, "", &option(&path)), None);
        assert!(said.contains(words), "{}: {said}", path.display());
    }
    assert_eq!(gateway.request_count(), 0);
}

#[test]
fn a_file_cache_without_a_directory_is_the_user_s_own() {
    let (scratch, gateway) = (Scratch::new(), Gateway::start().unwrap());
    let setting = Setting::new(&gateway, "", "file:");
    let runtime = format!("XDG_RUNTIME_DIR={}", scratch.path("").display());
    setting.under(&["env", &runtime]).one();
    assert_eq!(files(&scratch.path("libmomo"), ".token").len(), 1);
    if let Some(foreign) = foreign(&scratch) {
        let said = refusal(&setting, Some(("XDG_RUNTIME_DIR", &foreign)));
        let words = "that is user 12345's, and this process runs as user 0";
        assert!(said.contains(words), "{said}");
        assert!(!foreign.join("libmomo").exists());
    }
}

/// Three processes one after the other, each of which has a token; how many requests that takes.
fn three(setting: &Setting) -> u64 {
    let before = setting.gateway.request_count();
    let reports: Vec<_> = (0..3).map(|_| setting.one()).collect();
    assert_all_good(&reports);
    setting.gateway.request_count() - before
}

#[test]
fn a_directory_that_is_full_or_not_to_be_written_stops_nobody() {
    let (scratch, gateway) = (Scratch::new(), Gateway::start().unwrap());
    let path = directory(&scratch, "tokens");
    let shown = path.display();
    let setting = Setting::new(&gateway, "", &option(&path));
    for mount in [
        // No block is left: files can be made and not be written.
        format!(
            "mount -t tmpfs -o size=64k,mode=700 tmpfs {shown} \
             && head -c 1M /dev/zero > {shown}/big 2> /dev/null || true"
        ),
        // No file can be made.
        format!("mount -t tmpfs -o nr_inodes=1,mode=700 tmpfs {shown}"),
        format!("mount --bind {shown} {shown} && mount -o remount,ro,bind {shown}"),
    ] {
        let setting = setting.under(&in_own_mounts(&mount));
        assert_eq!(three(&setting), 3, "{mount}");
    }
    // A limit on the size of files ends whoever writes beyond it by a signal.
    assert_eq!(three(&setting.under(&["prlimit", "--fsize=100"])), 3);
    assert!(files(&path, "").is_empty(), "{:?}", files(&path, ""));
    assert_eq!(three(&setting), 1);
}

#[test]
fn a_directory_that_is_replaced_by_a_link_or_opened_to_others_is_not_used_and_stops_nobody() {
    for is_replaced in [true, false] {
        let (scratch, gateway) = (Scratch::new(), Gateway::start().unwrap());
        let [path, other] = ["tokens", "other"].map(|name| directory(&scratch, name));
        let setting = Setting::new(&gateway, "/lifetime-4", &option(&path));
        let crowd = setting.crowd(2, 8, 20, -1);
        wait_for("token", || files(&path, ".token").len() == 1);
        // Stale after 2.8 to 3 s at the earliest: by then the directory is another's.
        if is_replaced {
            std::fs::rename(&path, scratch.path("gone")).unwrap();
            symlink(&other, &path).unwrap();
        } else {
            mode(&path, 0o755);
        }
        let reports = crowd.reports();
        assert_all_good(&reports);
        assert!(reports.iter().all(|r| r.tokens().len() >= 2), "{reports:?}");
        assert!(files(&other, "").is_empty());
    }
}

/// What is no whole token file of this user's alone is a miss, and is replaced: never a wrong token,
/// never an error. The unit tests of the seal and of the store have all of them.
#[test]
fn a_pipe_or_a_cut_a_damaged_or_an_oversized_file_in_place_of_the_token_is_a_miss() {
    let (scratch, gateway) = (Scratch::new(), Gateway::start().unwrap());
    let path = directory(&scratch, "tokens");
    let setting = Setting::new(&gateway, "", &option(&path));
    setting.one();
    let token = files(&path, ".token").remove(0);
    let good = std::fs::read(&token).unwrap();
    let mut damaged = good.clone();
    damaged[good.len() / 2] ^= 1;
    for bytes in [&[][..], &good[..good.len() / 2], &damaged, &[1; 1 << 20]] {
        std::fs::write(&token, bytes).unwrap();
        assert_eq!(three(&setting), 1, "{} bytes", bytes.len());
    }
    std::fs::remove_file(&token).unwrap();
    run(&["mkfifo", token.to_str().unwrap()]);
    assert_eq!(three(&setting), 1);
    assert!(token.symlink_metadata().unwrap().is_file());
    // A directory cannot be replaced by a file: every process asks.
    std::fs::remove_file(&token).unwrap();
    std::fs::create_dir(&token).unwrap();
    assert_eq!(three(&setting), 3);
}
