//! Requests on a thread of the library.
//!
//! Such a request keeps its fetcher alive by itself, so that the client may be freed meanwhile.
//! The host's logger is therefore no part of it: on a thread of the library no callback of the host
//! runs, not even the one that frees the logger's data.

use std::io;
use std::sync::Arc;

use super::request::{Outcome, Request};
use super::{Fetcher, Plan};
use crate::cache::{Leader, Step};
use crate::clock::Now;
use crate::error::Failure;
use crate::log::CallLog;
use crate::panics::catch_panic;
use crate::sys;

/// Enough for a TLS handshake in a build without optimisation; only what is used takes memory.
const STACK: usize = 512 * 1024;

impl Fetcher {
    /// An error says that there is no thread, and that nobody leads any more.
    pub(super) fn start_thread(self: &Arc<Self>, leader: Leader, plan: Plan) -> io::Result<()> {
        let fetcher = Arc::clone(self);
        let run = move || {
            let _ = catch_panic(move || fetcher.lead(&leader, plan));
        };
        let thread = std::thread::Builder::new()
            .name("momo-request".to_owned())
            .stack_size(STACK);
        sys::with_signals_blocked(|| thread.spawn(run)).map(drop)
    }

    fn lead(&self, leader: &Leader, plan: Plan) {
        let mut log = CallLog::complete();
        let flight = &leader.flight;
        let request = Request {
            fetcher: self,
            leader: Some(leader),
            plan,
            cancellation: &flight.cancellation,
            progress: &flight.progress,
            log: &mut log,
        };
        let outcome = catch_panic(|| request.run()).unwrap_or_else(|| {
            // Without a cooldown every call would start a thread that panics.
            let failure = Arc::new(Failure::internal("a panic was caught"));
            let (now, random) = (Now::read(), sys::random::unit());
            let entry = self.entry();
            entry.update(|state| Some(state.failed(&failure, true, now, random)));
            Outcome::ForAll(Step::Failed(failure))
        });
        // Before the waiters wake up: one of them tells its logger.
        self.entry().pending_log.add(log.into_lines());
        if let Outcome::ForAll(step) = outcome {
            leader.finish(step);
        }
    }
}
