//! Requests on a thread of the library.
//!
//! Such a request keeps its requester alive by itself, so that the client may be freed meanwhile.
//! The host's logger is therefore no part of it: on a thread of the library no callback of the host
//! runs, not even the one that frees the logger's data.

use std::io;
use std::sync::Arc;

use super::{OwnTime, Refreshed, Requester, failed};
use crate::cache::{Leader, Outcome};
use crate::deadline::Deadline;
use crate::error::Failure;
use crate::log::CallLog;
use crate::panics::catch_panic;
use crate::sys;

/// Enough for a TLS handshake in a build without optimisation; only what is used takes memory.
const STACK: usize = 512 * 1024;

impl Requester {
    /// As [`Self::lead`], on a thread of the library. An error says that there is no thread.
    pub(crate) fn lead_in_background(
        self: &Arc<Self>,
        leader: Leader,
        deadline: Deadline,
    ) -> io::Result<()> {
        self.start_thread(leader, move |requester, leader, log| {
            let outcome = requester.ask(leader, deadline, OwnTime::TheOption, log);
            outcome.ok().flatten()
        })
    }

    /// As [`Self::refresh`], on a thread of the library. An error says that there is no thread.
    pub(crate) fn refresh_in_background(
        self: &Arc<Self>,
        leader: Leader,
        until: Deadline,
    ) -> io::Result<()> {
        self.start_thread(leader, move |requester, leader, log| {
            match requester.ask_once(leader, until, until, log) {
                Ok(Refreshed::Token(token)) => Some(Ok(token)),
                Ok(Refreshed::Failed | Refreshed::LeftToOthers | Refreshed::EntryReplaced)
                | Err(_) => None,
            }
        })
    }

    /// `work` gives the outcome for those who wait, or None where they are to ask by themselves.
    fn start_thread(
        self: &Arc<Self>,
        leader: Leader,
        work: impl FnOnce(&Self, &Leader, &mut CallLog) -> Option<Outcome> + Send + 'static,
    ) -> io::Result<()> {
        let requester = Arc::clone(self);
        let thread = std::thread::Builder::new()
            .name("momo-request".to_owned())
            .stack_size(STACK);
        let run = move || {
            let _ = catch_panic(move || requester.run(leader, work));
        };
        sys::with_signals_blocked(|| thread.spawn(run)).map(|_detached| ())
    }

    fn run(
        &self,
        leader: Leader,
        work: impl FnOnce(&Self, &Leader, &mut CallLog) -> Option<Outcome>,
    ) {
        let mut log = CallLog::complete();
        let outcome = catch_panic(|| work(self, &leader, &mut log)).unwrap_or_else(|| {
            // Without a cooldown every call would start a thread that panics.
            failed(
                &self.entry(),
                Failure::internal("a panic was caught"),
                false,
                Deadline::now(),
                &mut log,
            );
            None
        });
        // Before the waiters wake up: one of them tells its logger.
        self.entry().pending_log.add(log.into_lines());
        if let Some(outcome) = outcome {
            leader.finish(outcome);
        }
    }
}
