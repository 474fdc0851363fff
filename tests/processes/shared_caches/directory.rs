//! A directory that is unsafe, full, not to be written, or changed under a process.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use momo_mock_gateway::Gateway;

use super::machine::after;
use super::process::Setting;
use crate::child::{Scratch, is_root};
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

fn option(path: &Path) -> String {
    format!("file:{}", path.display())
}

/// What a process that cannot make its client says.
fn refusal(setting: &Setting) -> String {
    let done = setting.command(&["0", "0", "0", "-1"]).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    String::from_utf8(done.stderr).unwrap()
}

#[test]
fn a_directory_that_is_missing_is_made_for_this_user_alone_and_so_are_its_files() {
    let (scratch, gateway) = (Scratch::new(), Gateway::start().unwrap());
    let path = scratch.path("new");
    let mut setting = Setting::new("made", &gateway, "", &(option(&path) + "/"));
    // Whatever the umask.
    setting.wrapper = ["sh", "-c", "umask 0; exec \"$@\"", "sh"]
        .map(str::to_owned)
        .into();
    setting.one();
    let rights = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o7777;
    assert_eq!(rights(&path), 0o700);
    let all = files(&path, "");
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].to_str().unwrap().ends_with(".token"));
    assert_eq!(rights(&all[0]), 0o600);
}

#[test]
fn an_unsafe_directory_is_refused_when_the_client_is_made() {
    let (scratch, gateway) = (Scratch::new(), Gateway::start().unwrap());
    let good = directory(&scratch, "good");
    let (open, link, file) = (
        directory(&scratch, "open"),
        scratch.path("link"),
        scratch.path("file"),
    );
    mode(&open, 0o750);
    symlink(&good, &link).unwrap();
    std::fs::write(&file, "").unwrap();
    let mut cases = vec![
        (open, "run chmod 700"),
        (link.clone(), "is a link"),
        (link.join(""), "is a link"),
        (file, "is no directory"),
    ];
    if is_root() {
        let foreign = directory(&scratch, "foreign");
        std::os::unix::fs::chown(&foreign, Some(12345), None).unwrap();
        cases.push((
            foreign,
            "is another user's: it belongs to user 12345, and this process runs as user 0",
        ));
    }
    let mut setting = Setting::new("unsafe", &gateway, "", "");
    for (path, words) in cases {
        setting.cache = option(&path);
        let said = refusal(&setting);
        assert!(said.contains(words), "{}: {said}", path.display());
    }
    assert_eq!(gateway.request_count(), 0);
}

#[test]
fn a_file_cache_without_a_directory_is_the_user_s_own() {
    let (scratch, gateway) = (Scratch::new(), Gateway::start().unwrap());
    let mut setting = Setting::new("xdg", &gateway, "", "file:");
    let run = |runtime: Option<&Path>| {
        let mut command = setting.command(&["0", "0", "0", "-1"]);
        command.env_remove("XDG_RUNTIME_DIR");
        command.envs(runtime.map(|path| ("XDG_RUNTIME_DIR", path)));
        command.output().unwrap()
    };
    assert!(run(Some(&scratch.path(""))).status.success());
    assert_eq!(files(&scratch.path("libmomo"), ".token").len(), 1);
    for runtime in [None, Some(Path::new("")), Some(Path::new("run"))] {
        let done = run(runtime);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(
            !done.status.success() && said.contains("XDG_RUNTIME_DIR"),
            "{said}"
        );
    }
    if is_root() {
        let foreign = directory(&scratch, "foreign");
        std::os::unix::fs::chown(&foreign, Some(12345), None).unwrap();
        let said = String::from_utf8(run(Some(&foreign)).stderr).unwrap();
        assert!(
            said.contains("that is user 12345's, and this process runs as user 0"),
            "{said}"
        );
        assert!(!foreign.join("libmomo").exists());
    }
    setting.cache = "file:tokens".to_owned();
    assert!(refusal(&setting).contains("absolute path"));
}

/// Three processes one after the other, each of which has a token; how many requests that takes.
fn three(setting: &Setting) -> u64 {
    let before = setting.gateway.request_count();
    for _ in 0..3 {
        let report = setting.one();
        assert_eq!(report.number("failed"), 0, "{report:?}");
    }
    setting.gateway.request_count() - before
}

#[test]
fn a_directory_that_is_full_or_not_to_be_written_stops_nobody() {
    let (scratch, gateway) = (Scratch::new(), Gateway::start().unwrap());
    let path = directory(&scratch, "tokens");
    let shown = path.display();
    let mut setting = Setting::new("full", &gateway, "", &option(&path));
    // No block is left: files can be made and not be written.
    setting.wrapper = after(&format!(
        "mount -t tmpfs -o size=64k,mode=700 tmpfs {shown} && head -c 1M /dev/zero > {shown}/big 2> /dev/null || true"
    ));
    assert_eq!(three(&setting), 3);
    // No file can be made.
    setting.wrapper = after(&format!(
        "mount -t tmpfs -o nr_inodes=1,mode=700 tmpfs {shown}"
    ));
    assert_eq!(three(&setting), 3);
    setting.wrapper = after(&format!(
        "mount --bind {shown} {shown} && mount -o remount,ro,bind {shown}"
    ));
    assert_eq!(three(&setting), 3);
    // A limit on the size of files ends whoever writes beyond it by a signal.
    setting.wrapper = ["prlimit", "--fsize=100"].map(str::to_owned).into();
    assert_eq!(three(&setting), 3);
    setting.wrapper.clear();
    assert!(files(&path, "").is_empty(), "{:?}", files(&path, ""));
    assert_eq!(three(&setting), 1);
}

#[test]
fn a_directory_that_is_replaced_by_a_link_or_opened_to_others_is_not_used_and_stops_nobody() {
    let (scratch, gateway) = (Scratch::new(), Gateway::start().unwrap());
    let path = directory(&scratch, "tokens");
    let other = directory(&scratch, "other");
    let setting = Setting::new("replaced", &gateway, "/lifetime-4", &option(&path));
    // Stale after 2.8 to 3 s at the earliest: by then the directory is another's.
    for change in 0..2 {
        let crowd = setting.crowd(2, 8, 20, -1);
        crate::child::wait_for("token", || files(&path, ".token").len() == 1);
        if change == 0 {
            std::fs::rename(&path, scratch.path("gone")).unwrap();
            symlink(&other, &path).unwrap();
        } else {
            mode(&path, 0o755);
        }
        let reports = crowd.reports();
        super::process::assert_all_good(&reports);
        assert!(reports.iter().all(|r| r.tokens().len() >= 2), "{reports:?}");
        if change == 0 {
            assert!(files(&other, "").is_empty());
            std::fs::remove_file(&path).unwrap();
            std::fs::create_dir(&path).unwrap();
            mode(&path, 0o700);
        }
    }
}

/// What is no token file of this user's alone is a miss, and is replaced.
#[test]
fn a_link_a_pipe_a_foreign_or_an_oversized_file_in_place_of_the_token_is_a_miss() {
    let (scratch, gateway) = (Scratch::new(), Gateway::start().unwrap());
    let path = directory(&scratch, "tokens");
    let setting = Setting::new("foreign", &gateway, "", &option(&path));
    setting.one();
    let token = files(&path, ".token").remove(0);
    let good = std::fs::read(&token).unwrap();
    let copy = scratch.write("copy", &good);
    mode(&copy, 0o600);
    let put = |case: u32| {
        std::fs::remove_file(&token).unwrap();
        match case {
            0 => symlink(&copy, &token).unwrap(),
            1 => assert!(
                Command::new("mkfifo")
                    .arg(&token)
                    .status()
                    .unwrap()
                    .success()
            ),
            2 => std::fs::write(&token, vec![1; 1 << 20]).unwrap(),
            3 => {
                std::fs::write(&token, &good).unwrap();
                mode(&token, 0o644);
            }
            _ => std::fs::create_dir(&token).unwrap(),
        }
    };
    for case in 0..4 {
        put(case);
        assert_eq!(three(&setting), 1, "case {case}");
        assert!(token.symlink_metadata().unwrap().is_file(), "case {case}");
    }
    // A directory cannot be replaced by a file: every process asks.
    put(4);
    assert_eq!(three(&setting), 3);
}

#[test]
fn what_processes_that_died_have_left_is_removed() {
    let (scratch, gateway) = (Scratch::new(), Gateway::start().unwrap());
    let path = directory(&scratch, "tokens");
    let setting = Setting::new("left", &gateway, "", &option(&path));
    let old = |name: &str, age: &str| {
        let file = path.join(name);
        std::fs::write(&file, "").unwrap();
        mode(&file, 0o600);
        let touched = Command::new("touch").args(["-d", age]).arg(&file).status();
        assert!(touched.unwrap().success());
        file
    };
    let gone = [
        old("aa.token.0123456789abcdef.tmp", "2 minutes ago"),
        old("bb.token", "26 hours ago"),
        old("cc.failure", "26 hours ago"),
        old("dd.lock", "26 hours ago"),
    ];
    let kept = [
        old("ee.token.0123456789abcdef.tmp", "10 seconds ago"),
        old("ff.token", "24 hours ago"),
        old("a person's own file", "26 hours ago"),
    ];
    setting.one();
    let left: Vec<_> = gone.iter().filter(|file| file.exists()).collect();
    assert!(left.is_empty(), "{left:?}");
    let lost: Vec<_> = kept.iter().filter(|file| !file.exists()).collect();
    assert!(lost.is_empty(), "{lost:?}");
}
