//! Fetching a token: one request for all who wait, on a thread of the library or on a caller's.

mod plan;
mod request;
mod thread;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cache::{
    self, ClientEntry, CurrentEntry, Entry, EntryGuard, Flight, State, Step, Store,
};
use crate::cancellation::Cancellation;
use crate::clock::Now;
use crate::config::{RefreshBy, Settings};
use crate::credentials::Rotation;
use crate::deadline::Deadline;
use crate::error::{Failure, Status};
use crate::gateway::{Authentication, CurrentAuthentication, Transport};
use crate::life::{self, Freshness};
use crate::log::{CallLog, Level};
use crate::net::progress::Progress;
use crate::sys::random;
use crate::token::Token;
pub(crate) use plan::Plan;
use request::Request;

/// When a call that must not block finds out something new, if it is made again.
const LOOK_AGAIN_MS: i64 = 5;

/// What a client and its clones have in common, and what a request keeps alive by itself.
pub(crate) struct Fetcher {
    pub(crate) settings: Settings,
    pub(crate) rotation: Rotation,
    authentication: CurrentAuthentication,
    transport: Transport,
    /// Where other processes share the tokens.
    store: Option<Arc<dyn Store>>,
    entry: CurrentEntry,
    /// Handles that were neither freed nor cancelled.
    handles: AtomicUsize,
}

impl Fetcher {
    /// Reads the files of the credentials, and touches no network.
    pub(crate) fn new(settings: Settings) -> Result<Self, Failure> {
        let rotation = Rotation::new(&settings.credentials)?;
        let credentials = rotation.credentials();
        let store = cache::open(&settings)?;
        Ok(Self {
            transport: Transport::new(&settings)?,
            entry: CurrentEntry::new(ClientEntry::new(&settings, &credentials, store.as_ref())),
            authentication: CurrentAuthentication::new(&settings, credentials)?,
            rotation,
            store,
            settings,
            handles: AtomicUsize::new(0),
        })
    }

    pub(crate) fn freshness(&self, token: &Token, now: Now) -> Freshness {
        let jitter = life::process_jitter(random::unit);
        life::freshness(token, now, self.settings.refresh_margin, jitter)
    }

    pub(crate) fn entry(&self) -> EntryGuard<'_> {
        self.entry.load()
    }

    pub(crate) fn add_handle(&self) {
        self.handles.fetch_add(1, Ordering::SeqCst);
    }

    /// A handle was freed or cancelled. Returns whether it was the last one.
    pub(crate) fn remove_handle(&self) -> bool {
        self.handles.fetch_sub(1, Ordering::SeqCst) == 1
    }

    /// No handle will ask again. A request under way ends with it, unless another client has its
    /// entry in use.
    pub(crate) fn cancel(&self) {
        self.entry.cancel();
    }

    /// Has a request begun if none is under way, and returns the one that is. `deadline` is the
    /// caller's, None if it must not block. An error is the next step of a caller with nothing to
    /// wait for: the entry is not as `state` any more, or the request was made on its own thread.
    pub(crate) fn begin(
        self: &Arc<Self>,
        entry: &Entry,
        state: &Arc<State>,
        plan: Plan,
        deadline: Option<Deadline>,
        cancellation: &Arc<Cancellation>,
        log: &mut CallLog,
    ) -> Result<Arc<Flight>, Step> {
        let on_own_thread = self.settings.refresh == RefreshBy::Caller;
        if on_own_thread && deadline.is_none() {
            return Err(Step::Failed(Arc::new(Failure::would_block())));
        }
        let mut leader = match entry.single_flight.lead(plan.deadline) {
            Ok(leader) => leader,
            Err(flight) => return Ok(flight),
        };
        // Another's request may have ended since the state was read.
        if !Arc::ptr_eq(state, &entry.state()) {
            return Err(Step::LookAgain);
        }
        if !on_own_thread {
            let flight = Arc::clone(&leader.flight);
            match self.start_thread(leader, plan) {
                Ok(()) => return Ok(flight),
                Err((error, unused)) => {
                    log_no_thread(log, &error);
                    leader = unused;
                }
            }
        }
        let Some(deadline) = deadline else {
            return Err(Step::Failed(Arc::new(Failure::would_block())));
        };
        let progress = Arc::clone(&leader.flight.progress);
        let outcome = Request {
            fetcher: self,
            leader: Some(&leader),
            plan: plan.on_a_caller_s_thread(deadline),
            cancellation,
            progress: &progress,
            log,
        }
        .run();
        if outcome.holds_for_all {
            leader.finish(outcome.step.clone());
        }
        Err(outcome.step)
    }

    /// A new token on the caller's thread, whatever the entry has.
    pub(crate) fn create(
        &self,
        deadline: Deadline,
        cancellation: &Arc<Cancellation>,
        log: &mut CallLog,
    ) -> Result<Step, Failure> {
        let step = Request {
            fetcher: self,
            leader: None,
            plan: Plan::create(&self.settings, deadline),
            cancellation,
            progress: &Arc::new(Progress::begin()),
            log,
        }
        .send()?;
        // Those who wait for a slower request can have this token.
        self.entry().single_flight.wake_waiters();
        Ok(step)
    }

    /// For a call whose time is up while this request goes on.
    pub(crate) fn still_under_way(&self, flight: &Flight) -> Failure {
        let credentials = self.rotation.credentials();
        match self.authentication.made_of(&self.settings, credentials) {
            Ok(authentication) => authentication.still_under_way(&flight.progress),
            Err(failure) => failure,
        }
    }

    /// For a call that must not block while this request goes on.
    pub(crate) fn would_block(&self, entry: &Entry, flight: &Flight) -> Failure {
        flight.progress.poll();
        let is_kept = !entry.lacks_lifetime.load(Ordering::Relaxed);
        Failure {
            status: Status::MOMO_WOULD_BLOCK,
            retry_after_ms: if is_kept { LOOK_AGAIN_MS } else { -1 },
            ..self.still_under_way(flight)
        }
    }

    /// The entry of a client goes with its credentials.
    fn follow(&self, authentication: &Authentication) {
        if !self.settings.cache.joins_equal_clients() || !self.settings.credentials.has_files() {
            return;
        }
        let credentials = &authentication.credentials;
        let former = self.entry();
        if !former.is_for(&self.settings, credentials) {
            let store = self.store.as_ref();
            let next = ClientEntry::after(&former, &self.settings, credentials, store);
            self.entry.replace(next);
        }
    }
}

fn log_no_thread(log: &mut CallLog, error: &io::Error) {
    log.record(Level::Warning, || {
        format!(
            "no thread can be started to ask for a token in the background ({error}); check the \
             limits on threads, or set refresh to caller"
        )
    });
}
