//! Calls of the C interface in any order, on up to three threads, by its rules: calls that take a
//! const handle run together, one that takes a plain handle excludes all others on it, nothing is
//! used after it was freed.
//!
//! The first byte of an input is the number of threads, the next four say how a peer responds
//! (`world::respond`), and every three after them are a call: which and on which thread, on which
//! handle, with which argument.
#![cfg_attr(feature = "libfuzzer", no_main)]

#[path = "calls/program.rs"]
mod program;
#[path = "calls/world.rs"]
mod world;

use std::sync::atomic::{AtomicU64, Ordering};

use momo::fuzzing::{set_clocks_ahead, set_peer};
use momo_fuzz::fuzz_target;
use program::Call;
use world::World;

const CALLS: usize = 48;

/// Until the library's own threads have ended, as they must.
fn wait_for_background_requests() {
    let is_request = |task: std::io::Result<std::fs::DirEntry>| {
        let name = task.and_then(|task| std::fs::read_to_string(task.path().join("comm")));
        name.is_ok_and(|name| name.trim() == "momo-request")
    };
    while std::fs::read_dir("/proc/self/task")
        .expect("Linux")
        .any(is_request)
    {
        std::thread::yield_now();
    }
}

fn prepare() {
    momo_fuzz::prepare();
    set_peer(world::respond);
}

fuzz_target!(init: prepare(), |data: &[u8]| {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let Some((&[threads, ref script @ ..], calls)) = data.split_first_chunk::<5>() else {
        return;
    };
    set_clocks_ahead(0);
    let world = World::new(run, script);
    let threads = 1 + usize::from(threads) % 3;
    let calls: Vec<Call> = calls.chunks_exact(3).take(CALLS).map(Call::parse).collect();
    let work = |thread| {
        for call in calls.iter().filter(|call| call.thread % threads == thread) {
            call.make(&world);
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map(|thread| scope.spawn(move || work(thread)))
            .collect();
        work(0);
        // A scope may end before its threads have: what they still hold would be taken for leaks.
        for other in others {
            other.join().expect("no panic goes on");
        }
    });
    drop(world);
    wait_for_background_requests();
});
