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
    /// An error says that there is no thread, and gives the leader back.
    pub(super) fn start_thread(
        self: &Arc<Self>,
        leader: Leader,
        plan: Plan,
    ) -> Result<(), (io::Error, Leader)> {
        let leader = Arc::new(leader);
        let run = {
            let (fetcher, leader) = (Arc::clone(self), Arc::clone(&leader));
            move || {
                let _ = catch_panic(move || fetcher.lead(&leader, plan));
            }
        };
        let thread = std::thread::Builder::new()
            .name("momo-request".to_owned())
            .stack_size(STACK);
        match sys::with_signals_blocked(|| thread.spawn(run)) {
            Ok(_detached) => Ok(()),
            // The thread's own reference went with what it would have run.
            Err(error) => match Arc::try_unwrap(leader) {
                Ok(leader) => Err((error, leader)),
                Err(_) => Ok(()),
            },
        }
    }

    fn lead(&self, leader: &Leader, plan: Plan) {
        let mut log = CallLog::complete();
        let flight = &leader.flight;
        let outcome = catch_panic(|| {
            Request {
                fetcher: self,
                leader: Some(leader),
                plan,
                cancellation: &flight.cancellation,
                progress: &flight.progress,
                log: &mut log,
            }
            .run()
        });
        let outcome = outcome.unwrap_or_else(|| {
            // Without a cooldown every call would start a thread that panics.
            let failure = Arc::new(Failure::internal("a panic was caught"));
            let random = sys::random::unit();
            self.entry().failed(&failure, true, Now::read(), random);
            Outcome::for_all(Step::Failed(failure))
        });
        if flight.progress.was_polled() {
            self.entry().stats.waited(flight.progress.elapsed());
        }
        // Before the waiters wake up: one of them tells its logger.
        self.entry().pending_log.add(log.into_lines());
        if outcome.holds_for_all {
            leader.finish(outcome.step);
        }
    }
}
