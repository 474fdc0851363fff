//! Forks of a process that shares its token.

use std::os::fd::AsRawFd;
use std::process::{Command, Stdio};
use std::time::Duration;

use momo_mock_gateway::Gateway;

use super::process::Setting;
use crate::child::wait_for;
use crate::host::{Link, compile};
use crate::place::Place;

#[test]
fn a_forked_child_looks_up_on_a_connection_of_its_own() {
    Place::both(|place, name| {
        let gateway = Gateway::start().unwrap();
        let mut setting = Setting::new(&format!("both-{name}"), &gateway, "", &place.option());
        setting.program = compile("share_fork.c", Link::Shared, &format!("both-{name}"));
        let done = setting.command(&["both", "300"]).output().unwrap();
        let error = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && error.is_empty(), "{error}");
        assert_eq!(String::from_utf8_lossy(&done.stdout), "1 requests\n");
        assert_eq!(gateway.request_count(), 1);
        if let Place::Redis(server) = place {
            let info = String::from_utf8(server.ask("INFO stats")).unwrap();
            let line = info
                .lines()
                .find_map(|l| l.strip_prefix("total_connections_received:"));
            // One of each, one of this test's look that it serves, and this one.
            assert_eq!(line.unwrap().trim(), "4");
        }
    });
}

#[test]
fn a_child_does_not_keep_the_lock_of_a_parent_that_died() {
    let (place, gateway) = (Place::file(), Gateway::start().unwrap());
    gateway.set_delay(Duration::from_secs(60));
    let mut setting = Setting::new("orphan", &gateway, "", &place.option());
    setting.program = compile("share_fork.c", Link::Shared, "orphan");
    let mut orphan: Command = setting.command(&["lock"]);
    let mut parent = orphan.stdin(Stdio::piped()).spawn().unwrap();
    let _until_the_end = parent.stdin.take();
    assert!(parent.wait().unwrap().code().is_none(), "it was killed");
    let locks = place.files(".lock");
    assert_eq!(locks.len(), 1, "and had the lock");
    let file = std::fs::File::open(&locks[0]).unwrap();
    // The child lets go of it when it first runs.
    wait_for("lock that nobody has", || {
        // SAFETY: the descriptor is open as long as `file`.
        let locked = unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) };
        locked == 0
    });
}
