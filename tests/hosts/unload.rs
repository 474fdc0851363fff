//! A host that comes, goes and minds its own signals.

use std::path::Path;

use crate::artifacts::{TMP, shared_library};
use crate::host::{Host, Link, Mock};

#[test]
fn it_is_loaded_used_and_unloaded_a_hundred_times_and_threads_that_used_it_end_later() {
    for case in ["again", "thread"] {
        let mock = Mock::start(&[]);
        let host = mock.host_with("loading.c", Link::Not, "");
        mock.run(&host, &[case, shared_library().to_str().unwrap()]);
    }
}

#[test]
fn the_host_s_signals_stay_as_they_are() {
    let mock = Mock::start(&[]);
    let mut host = mock.host("signals.c", "");
    host.env("MOMO_BASE_URL", mock.url("localhost"));
    host.run(&["look"]);
    assert_eq!(mock.counts().0, 2);
}

#[test]
fn a_gateway_that_closes_ends_no_host_by_sigpipe() {
    let mock = Mock::start(&[]);
    let behaviours = "/no-response-on-reuse /close /reset /close-without-notify";
    for behaviour in behaviours.split(' ') {
        let mut host = mock.host("signals.c", behaviour);
        // Rust's programs ignore SIGPIPE, and so would those they start.
        host.under(["env", "--default-signal=PIPE"]);
        host.run(&["pipe", "50"]);
        assert!(mock.counts().0 >= 50);
    }
}

#[test]
fn loading_it_and_ending_the_process_touch_no_file_or_network_and_start_nothing() {
    let log = Path::new(TMP).join("loading.strace");
    let library = shared_library();
    let library = library.to_str().unwrap();
    // A program that does nothing.
    let mut host = Host::new(Path::new("/bin/true"));
    let preload = format!("LD_PRELOAD={library}");
    let trace = "trace=%file,%network,clone,clone3,fork,vfork";
    let options = ["-e", trace, "-E", "LD_LIBRARY_PATH", "-E", &preload];
    host.under([&["strace", "-f", "-o", log.to_str().unwrap()], &options[..]].concat());
    host.run(&[]);
    let calls = std::fs::read_to_string(&log).unwrap();
    let is_loader_s = |call: &&str| call.contains(".so") || call.contains("AT_EMPTY_PATH");
    let (loader_s, others): (Vec<_>, Vec<_>) = calls.lines().partition(is_loader_s);
    let loaded = |call: &&&str| call.contains(library) && call.contains("openat(");
    assert_eq!(loader_s.iter().filter(loaded).count(), 1, "{calls}");
    let is_all = matches!(others[..], [start, end]
        if start.contains("execve(") && end.contains("exited with 0"));
    assert!(is_all, "{calls}");
}
