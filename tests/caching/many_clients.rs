//! What a client costs in a process that has many, counted in allocated bytes: a test that takes
//! the time would fail on a busy machine.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::child::{again, case};
use crate::common::{Client, Config};

struct Counting;

static BYTES: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's own contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's own contract.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn more(config: &Config, clients: &mut Vec<Client>, count: usize) {
    for _ in 0..count {
        let user = format!("{:08}-0000-4000-8000-000000000000", clients.len());
        clients.push(config.set("api_user", &user).client());
    }
}

/// The bytes that one client more costs when it is made and freed.
fn cost(config: &Config, clients: &mut Vec<Client>) -> usize {
    const SAMPLE: usize = 200;
    let before = BYTES.load(Ordering::Relaxed);
    more(config, clients, SAMPLE);
    clients.truncate(clients.len() - SAMPLE);
    (BYTES.load(Ordering::Relaxed) - before) / SAMPLE
}

#[test]
fn a_client_costs_the_same_among_twenty_thousand_others_as_among_a_thousand() {
    if case().is_none() {
        // What others allocate meanwhile is not a client's.
        return again(|| (), "alone").passes();
    }
    let config = Config::with_credentials("https://gateway.test", "mozilla");
    config.set("proxy", "none");
    for cache in ["process", "client"] {
        config.set("cache", cache);
        let mut clients = Vec::new();
        more(&config, &mut clients, 1000);
        let few = cost(&config, &mut clients);
        more(&config, &mut clients, 19_000);
        let many = cost(&config, &mut clients);
        assert!(many < 2 * few, "cache={cache}: {few} and {many} bytes");
    }
}
