//! Forks of a process that shares its token.

use std::os::fd::AsRawFd;
use std::process::Stdio;
use std::time::Duration;

use momo_mock_gateway::Gateway;

use super::process::Setting;
use crate::artifacts::succeed;
use crate::child::wait_for;
use crate::place::Place;

#[test]
fn a_forked_child_looks_up_on_a_connection_of_its_own() {
    Place::both(|place| {
        let gateway = Gateway::start().unwrap();
        let setting = Setting::of("share_fork.c", &gateway, "", &place.option());
        let out = succeed(&mut setting.command(&["both", "300"]));
        assert_eq!(out, "1 requests\n");
        assert_eq!(gateway.request_count(), 1);
        if let Place::Redis(server) = place {
            let info = String::from_utf8(server.ask("INFO stats")).unwrap();
            // One of each, one of this test's look that it serves, and this one.
            assert!(info.contains("total_connections_received:4\r\n"), "{info}");
        }
    });
}

#[test]
fn a_child_does_not_keep_the_lock_of_a_parent_that_died() {
    let (place, gateway) = (Place::file(), Gateway::start().unwrap());
    gateway.set_delay(Duration::from_secs(60));
    let setting = Setting::of("share_fork.c", &gateway, "", &place.option());
    let mut orphan = setting.command(&["lock"]);
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
