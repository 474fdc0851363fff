//! Fetching a token: one request for all who wait, on a thread of the library or on a caller's.

mod request;

use std::ops::{ControlFlow, Deref};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, Guard};
use once_cell::race::OnceBox;

use crate::cache::{self, ClientEntry, Entry, Flight, Leader, Lock, Plan, State, Step, Store};
use crate::config::Settings;
use crate::credentials::{Credentials, Rotation};
use crate::gateway::{Authentication, Transport};
use crate::panics::catch_panic;
use crate::sys;
use crate::token::jitter;
use crate::{CallLog, Cancellation, Deadline, Failure, Level, Now, Phase, Progress, Status, Token};
use request::Request;

/// What a client and its clones have in common, and what a request keeps alive by itself.
pub(crate) struct Fetcher {
    pub(crate) settings: Settings,
    pub(crate) rotation: Rotation,
    /// Made of the credentials that the last request was sent with.
    authentication: ArcSwap<Authentication>,
    transport: Transport,
    /// Where other processes share the tokens.
    store: Option<Arc<dyn Store>>,
    first_entry: ClientEntry,
    /// Takes its place once the credentials were rotated.
    next_entry: OnceBox<ArcSwap<ClientEntry>>,
    /// Handles that were neither freed nor cancelled.
    pub(crate) handles: AtomicUsize,
}

/// Keeps an entry alive while it is used.
pub(crate) enum EntryGuard<'a> {
    First(&'a ClientEntry),
    Next(Guard<Arc<ClientEntry>>),
}

impl Deref for EntryGuard<'_> {
    type Target = ClientEntry;

    fn deref(&self) -> &ClientEntry {
        match self {
            Self::First(entry) => entry,
            Self::Next(entry) => entry,
        }
    }
}

/// The call that a request is for.
pub(crate) struct Caller<'a> {
    /// None if it must not block.
    pub(crate) deadline: Option<Deadline>,
    pub(crate) cancellation: &'a Arc<Cancellation>,
    /// Set once it waits for a request.
    pub(crate) waiting_since: Option<Instant>,
    pub(crate) log: &'a mut CallLog,
}

impl Fetcher {
    /// Has one handle. Reads the files of the credentials, and touches no network.
    pub(crate) fn new(settings: Settings) -> Result<Self, Failure> {
        let rotation = Rotation::new(&settings.credentials)?;
        let credentials = rotation.credentials();
        let store = cache::open(&settings)?;
        let first_entry = ClientEntry::new(&settings, &credentials, store.as_ref(), None);
        Ok(Self {
            transport: Transport::new(&settings)?,
            first_entry,
            next_entry: OnceBox::new(),
            authentication: ArcSwap::from_pointee(Authentication::new(&settings, credentials)),
            rotation,
            store,
            settings,
            handles: AtomicUsize::new(1),
        })
    }

    pub(crate) fn refresh_in(&self, token: &Token, now: Now) -> Option<Duration> {
        token.refresh_in(now, self.settings.refresh_margin, jitter(sys::generation()))
    }

    /// Takes no lock and counts no reference.
    pub(crate) fn entry(&self) -> EntryGuard<'_> {
        match self.next_entry.get() {
            None => EntryGuard::First(&self.first_entry),
            Some(next) => EntryGuard::Next(next.load()),
        }
    }

    pub(crate) fn is_in_use(&self, entry: &Entry) -> bool {
        std::ptr::eq(&**self.entry(), entry)
    }

    /// The first, and the one in use now.
    pub(crate) fn entries(&self) -> [EntryGuard<'_>; 2] {
        [EntryGuard::First(&self.first_entry), self.entry()]
    }

    /// Has a request begun if none is under way, and returns the one that is. An error is the next
    /// step of a caller with nothing to wait for: the entry is not as `state` any more, or the
    /// request was made on its own thread.
    pub(crate) fn begin(
        self: &Arc<Self>,
        entry: &Entry,
        state: &Arc<State>,
        plan: Plan,
        caller: &mut Caller,
    ) -> Result<Arc<Flight>, Step> {
        let would_block = || Step::Failed(Arc::new(Failure::would_block()));
        let on_own_thread = self.settings.refresh_by_caller;
        if on_own_thread && caller.deadline.is_none() {
            return Err(would_block());
        }
        let leader = match entry.single_flight.lead(plan.deadline) {
            Ok(leader) => Arc::new(leader),
            Err(Some(flight)) => return Ok(flight),
            Err(None) => return Err(Step::Failed(Arc::new(Failure::hanging()))),
        };
        // Since the state was read another's request may have ended, or this client been cancelled
        // by a call that found no request to end.
        if !Arc::ptr_eq(state, &entry.state()) || caller.cancellation.is_cancelled() {
            return Err(Step::LookAgain);
        }
        let lock = self.wait_for_others(entry, &leader, plan, caller)?;
        if !on_own_thread {
            let (fetcher, its_leader) = (Arc::clone(self), Arc::clone(&leader));
            let lead = move || {
                catch_panic(move || fetcher.lead(&its_leader, plan, lock));
            };
            let Err(error) = sys::start_thread("momo-request", lead) else {
                return Ok(Arc::clone(&leader.flight));
            };
            caller.log.record(Level::WARNING, || {
                format!(
                    "no thread can be started to ask for a token in the background ({error}); \
                     check the limits on threads, or set refresh to caller"
                )
            });
        }
        let mut request = Request {
            fetcher: self,
            leader: Some(&leader),
            plan: plan.on_a_caller_s_thread(caller.deadline.ok_or_else(would_block)?),
            began: Now::read(),
            cancellation: caller.cancellation,
            progress: &leader.flight.progress,
            log: caller.log,
        };
        let step = request.run(None);
        let step = step.inspect(|step| leader.finish(step.clone()));
        Err(step.unwrap_or_else(Step::Failed))
    }

    /// While another process asks, no thread is needed: one caller waits for all. When its time is
    /// up, a thread goes on. The lock is that of a turn which was taken.
    fn wait_for_others(
        &self,
        entry: &Entry,
        leader: &Leader,
        plan: Plan,
        caller: &mut Caller,
    ) -> Result<Option<Lock>, Step> {
        let may_wait = !self.settings.refresh_by_caller && !plan.is_refresh;
        let Some(deadline) = caller.deadline.filter(|_| may_wait) else {
            return Ok(None);
        };
        let mut own = plan.on_a_caller_s_thread(deadline);
        (own.is_refresh, own.wait_until) = (true, plan.wait_until.min(own.deadline));
        let (began, progress) = (Instant::now(), &leader.flight.progress);
        let turn = entry.take_turn(&own, caller.cancellation, progress, caller.log);
        if progress.phase() == Phase::OtherProcess {
            caller.waiting_since.get_or_insert(began);
        }
        let is_over = own.wait_until.has_passed();
        match turn {
            ControlFlow::Continue(None) | ControlFlow::Break(Step::LookAgain) if is_over => {
                Ok(None)
            }
            // Without a lock the store has failed, which is not tried again and told twice.
            ControlFlow::Continue(lock) => Ok(lock.or_else(|| Some(Box::new(())))),
            ControlFlow::Break(step) => {
                leader.finish(step.clone());
                Err(step)
            }
        }
    }

    /// On a thread of the library, which keeps the fetcher alive: the client may be freed meanwhile.
    /// The host's logger is therefore no part of it: on such a thread no callback of the host runs,
    /// not even the one that frees the logger's data.
    fn lead(&self, leader: &Leader, plan: Plan, lock: Option<Lock>) {
        let mut log = CallLog::complete();
        let flight = &leader.flight;
        let mut request = Request {
            fetcher: self,
            leader: Some(leader),
            plan,
            began: Now::read(),
            cancellation: &flight.cancellation,
            progress: &flight.progress,
            log: &mut log,
        };
        // Without a cooldown every call would start a thread that panics.
        let outcome = catch_panic(|| request.run(lock)).unwrap_or_else(|| {
            request.failed(&self.entry(), Failure::internal("a panic was caught"))
        });
        if flight.progress.was_polled() {
            self.entry().stats.waited(flight.progress.elapsed());
        }
        // Before the waiters wake up: one of them tells its logger.
        self.entry().pending_log.add(log.into_lines());
        if let Ok(step) = outcome {
            leader.finish(step);
        }
    }

    /// A new token on the caller's thread, whatever the entry has.
    pub(crate) fn create(&self, caller: &mut Caller) -> Result<Step, Failure> {
        let deadline = caller.deadline.ok_or_else(Failure::would_block)?;
        let mut request = Request {
            fetcher: self,
            leader: None,
            plan: Plan::until(deadline, self.settings.max_attempts),
            began: Now::read(),
            cancellation: caller.cancellation,
            progress: &Arc::new(Progress::begin()),
            log: caller.log,
        };
        let step = request.send().inspect_err(|failure| {
            if failure.status != Status::MOMO_CANCELLED {
                let line = || format!("the request for a new token failed: {}", failure.message);
                request.log.record(Level::ERROR, line);
            }
        })?;
        // Those who wait for a slower request can have this token.
        self.entry().single_flight.wake_waiters(|_| true);
        Ok(step)
    }

    /// For a call that ends while this request goes on.
    pub(crate) fn still_under_way(&self, flight: &Flight) -> Failure {
        self.authentication.load().still_under_way(&flight.progress)
    }

    /// What requests with these credentials send. The entry of a client goes with them.
    fn authentication(&self, credentials: Arc<Credentials>) -> Arc<Authentication> {
        let last = self.authentication.load_full();
        if Arc::ptr_eq(&last.credentials, &credentials) {
            return last;
        }
        let next = Arc::new(Authentication::new(&self.settings, credentials));
        let former = self.entry();
        if self.settings.cache.joins_equal_clients() {
            let store = self.store.as_ref();
            let entry = ClientEntry::new(&self.settings, &next.credentials, store, Some(&former));
            let entry = Arc::new(entry);
            let made = || Box::new(ArcSwap::new(Arc::clone(&entry)));
            self.next_entry.get_or_init(made).store(Arc::clone(&entry));
            // What was invalidated there meanwhile.
            entry.take_over(&former);
        }
        self.authentication.store(Arc::clone(&next));
        // Its calls go on with the entry in use: whoever cancels them looks for them there.
        former.single_flight.wake_waiters(|_| true);
        next
    }
}

#[cfg(test)]
mod tests;
