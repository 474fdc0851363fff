//! The part of deadlines.rs about signals.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::phases::{Role, configured, in_every_phase, mock};
use super::{ms, timed};
use crate::child::{Scratch, again, case, var};
use crate::common::*;
use crate::peer::{Peer, closing, resetting};

/// What the signal's disposition is now, having set another.
fn dispose(signal: i32, handler: libc::sighandler_t) -> libc::sighandler_t {
    // SAFETY: a zeroed sigaction has an empty mask and no flags, SA_RESTART not either; the handler
    // is a default or only adds to an atomic.
    unsafe {
        let mut new: libc::sigaction = std::mem::zeroed();
        let mut old: libc::sigaction = std::mem::zeroed();
        new.sa_sigaction = handler;
        assert_eq!(libc::sigaction(signal, &raw const new, &raw mut old), 0);
        old.sa_sigaction
    }
}

/// As in a host written in C: Rust's own programs ignore SIGPIPE.
#[test]
fn sigpipe_reaches_no_host_whose_server_has_gone() {
    if case().is_some() {
        dispose(libc::SIGPIPE, libc::SIG_DFL);
        for options in var("OPTIONS").split("--\n") {
            for _ in 0..10 {
                let config = configured(options);
                config.set("max_attempts", "1").set("timeout", "5s");
                let client = config.client();
                let _ = client.create();
                let _ = client.create();
                client.cancel();
            }
        }
        let now = dispose(libc::SIGPIPE, libc::SIG_DFL);
        assert_eq!(now, libc::SIG_DFL, "no handler is installed");
        return;
    }
    let paths = ["/no-response-on-reuse", "/reset", "/close-without-notify"];
    let stages = paths.map(|path| mock(path, false));
    let mut options: Vec<_> = stages.iter().map(|stage| stage.options.clone()).collect();
    let peers = [Peer::start(closing), Peer::start(resetting)];
    for peer in &peers {
        options.extend(["https", "http"].map(|scheme| Role::Server.options(&peer.url(scheme))));
        options.push(Role::Proxy.options(&peer.url("http")));
    }
    // Whichever side was faster: nothing is written to a socket in a way that could raise it.
    let scratch = Scratch::new();
    let log = scratch.path("strace");
    let strace = "strace -f -yy -e trace=write,writev,sendto,sendmsg,sendmmsg -o";
    let mut child = again(|| (), "x");
    child.under([&log]).under(strace.split(' '));
    child.env("OPTIONS", options.join("--\n")).passes();
    let calls = std::fs::read_to_string(log).unwrap();
    let to_tcp = || calls.lines().filter(|l| l.contains("<TCP"));
    assert!(to_tcp().count() >= 100, "{calls}");
    for call in to_tcp() {
        assert!(call.contains("sendto("), "{call}");
        assert!(call.contains("MSG_NOSIGNAL"), "{call}");
    }
    assert!(!calls.contains("SIGPIPE"));
}

static INTERRUPTED: AtomicU64 = AtomicU64::new(0);

extern "C" fn interrupted(_: i32) {
    INTERRUPTED.fetch_add(1, Ordering::Relaxed);
}

/// Interrupts this thread every millisecond while `work` runs.
fn in_a_storm<T>(work: impl FnOnce() -> T) -> T {
    let handler: extern "C" fn(i32) = interrupted;
    dispose(libc::SIGUSR1, handler as libc::sighandler_t);
    // SAFETY: takes nothing and cannot fail.
    let (target, over) = (unsafe { libc::pthread_self() }, AtomicBool::new(false));
    let before = INTERRUPTED.load(Ordering::Relaxed);
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                // SAFETY: the target outlives this scope.
                unsafe { libc::pthread_kill(target, libc::SIGUSR1) };
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        let outcome = work();
        over.store(true, Ordering::Relaxed);
        outcome
    });
    let count = INTERRUPTED.load(Ordering::Relaxed) - before;
    assert!(count >= 100, "there was a storm: {count}");
    outcome
}

#[test]
fn a_storm_of_signals_does_no_harm_and_prolongs_no_deadline() {
    let Some(case) = case() else {
        in_every_phase(|| ());
        for plain in [false, true] {
            let stage = mock("/hold-2000", plain);
            let mut child = again(|| (), "token");
            child.env("OPTIONS", &stage.options).passes();
        }
        return;
    };
    let client = configured(&var("OPTIONS")).client();
    if case == "token" {
        in_a_storm(|| client.create().unwrap());
    } else {
        let outcome = in_a_storm(|| timed(|| client.create_within(2000), ms(2000)));
        fails(outcome, MOMO_TIMED_OUT, &[]);
    }
}
