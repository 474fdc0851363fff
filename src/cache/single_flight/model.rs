//! Every way in which a few threads can meet in a single flight, tried by loom: `scripts/model.sh`.
//!
//! Loom sees the locks, the waits, the clock and the atomics of these tests. It does not see a
//! `PerProcess` (arc-swap), so the slot is always made before the threads are, and a leader is
//! dropped rather than unwound past: loom's threads share the panic count of one real thread.
//!
//! Nobody wakes for no reason: a waiter that is forgotten sleeps for ever, a deadlock to loom.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use loom::sync::atomic::{AtomicBool, AtomicUsize};
use loom::thread::{JoinHandle, spawn};

use super::*;
use crate::Status;
use crate::sync::{at, now_for_all, pass_to};

const NEVER: u64 = 9;
/// When a flight that ends at 1 is lost: some time later, and the clock has whole seconds.
const LOST: u64 = 2;

struct Model {
    single_flight: SingleFlight,
    /// What an entry's state is in the library.
    settled: AtomicBool,
    /// Leaders whose flight is under way.
    leading: AtomicUsize,
    /// Whether the first of them is dead.
    died: AtomicBool,
}

/// What a call has come to.
enum Role {
    Lead(Leader),
    Finished,
    /// The entry's state has changed.
    Settled,
    TimedOut,
    Cancelled,
}

struct Call {
    role: Role,
    /// Whether it waited for a flight before.
    waited: bool,
}

/// Runs `threads` in every order that differs, with few preemptions.
fn model(threads: impl Fn(&Arc<Model>) + Send + Sync + 'static) {
    loom::model(move || {
        let model = Arc::new(Model {
            single_flight: SingleFlight::default(),
            settled: AtomicBool::new(false),
            leading: AtomicUsize::new(0),
            died: AtomicBool::new(false),
        });
        model.single_flight.slot.get_or(Slot::default);
        threads(&model);
    });
}

fn outcome() -> Step {
    let failure = Failure::new(Status::MOMO_SERVER_ERROR, "it failed");
    Step::Failed(Arc::new(failure))
}

/// `Leader::finish`, and whether the outcome was there before that time.
fn finish_in_time(leader: Leader, seconds: u64) -> bool {
    leader.finish(outcome());
    now_for_all() < at(seconds)
}

impl Model {
    fn is_settled(&self) -> bool {
        self.settled.load(Ordering::Acquire)
    }

    /// As a call of the client: it looks at the entry, leads or waits, and looks again.
    fn call(&self, deadline: u64, cancellation: &Cancellation) -> Call {
        let mut waited = false;
        loop {
            let role = match self.single_flight.lead(at(NEVER)) {
                _ if self.is_settled() => Role::Settled,
                Ok(leader) => Role::Lead(leader),
                Err(flight) => {
                    let flight = flight.expect("nobody hangs");
                    let mut is_as_seen = true;
                    let look = || {
                        is_as_seen = !self.is_settled();
                        waited |= is_as_seen;
                        is_as_seen
                    };
                    let step = flight.wait(at(deadline), cancellation, look);
                    match step {
                        _ if !is_as_seen => Role::Settled,
                        Some(Step::LookAgain) => continue,
                        Some(_) if cancellation.is_cancelled() => Role::Cancelled,
                        Some(_) => Role::Finished,
                        None => Role::TimedOut,
                    }
                }
            };
            return Call { role, waited };
        }
    }

    fn call_on(self: &Arc<Self>, deadline: u64) -> JoinHandle<Call> {
        self.on_thread(move |model| model.call(deadline, &Cancellation::default()))
    }

    fn on_thread<T: 'static>(
        self: &Arc<Self>,
        run: impl FnOnce(&Self) -> T + 'static,
    ) -> JoinHandle<T> {
        let model = Arc::clone(self);
        spawn(move || run(&model))
    }

    fn settle(&self) {
        self.settled.store(true, Ordering::Release);
    }

    fn lead(&self) {
        assert_eq!(self.leading.fetch_add(1, Ordering::SeqCst), 0, "two lead");
    }

    fn end(&self) {
        self.leading.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Calls on three threads, `ask` being what a leader does; returns how many led.
fn three(model: &Arc<Model>, ask: impl Fn(&Model, Leader, bool) + Copy + Send + 'static) -> usize {
    let call = move |model: &Model| {
        let Call { role, waited } = model.call(NEVER, &Cancellation::default());
        match role {
            Role::Lead(leader) => {
                model.lead();
                ask(model, leader, waited);
                return 1;
            }
            Role::Finished => {}
            Role::Settled => assert!(model.settled.load(Ordering::Acquire)),
            Role::TimedOut | Role::Cancelled => panic!("nobody's time was up"),
        }
        0
    };
    let others = [(); 2].map(|()| model.on_thread(call));
    call(model) + others.map(|t| t.join().unwrap()).iter().sum::<usize>()
}

#[test]
fn one_of_three_asks_and_all_have_the_outcome() {
    model(|model| {
        let leaders = three(model, |model, leader, _| {
            model.settle();
            model.end();
            leader.finish(outcome());
        });
        assert_eq!(leaders, 1);
    });
}

#[test]
fn an_outcome_that_changes_no_state_reaches_every_waiter() {
    model(|model| {
        let leaders = three(model, |model, leader, waited| {
            assert!(!waited, "all flights finished, and this outcome was missed");
            model.end();
            leader.finish(outcome());
        });
        assert!(leaders > 0);
    });
}

#[test]
fn where_a_leader_dies_a_waiter_leads() {
    model(|model| {
        let leaders = three(model, |model, leader, _| {
            let second = model.died.swap(true, Ordering::SeqCst);
            model.end();
            if second {
                model.settle();
                leader.finish(outcome());
            }
        });
        assert_eq!(leaders, 2);
    });
}

#[test]
fn a_leader_that_finishes_at_its_deadline_disturbs_no_other() {
    model(|model| {
        let late = model.single_flight.lead(at(1)).ok().unwrap();
        let clock = spawn(|| pass_to(LOST));
        let wait = |model: &Model| {
            let Call { role, waited } = model.call(NEVER, &Cancellation::default());
            match role {
                Role::Lead(leader) => {
                    model.lead();
                    assert!(model.single_flight.lead(at(NEVER)).is_err(), "two lead");
                    model.end();
                    leader.finish(outcome());
                    waited
                }
                Role::Finished => false,
                _ => panic!("there is nothing else to have"),
            }
        };
        let waiter = model.on_thread(wait);
        let in_time = finish_in_time(late, LOST);
        let led_after_waiting = waiter.join().unwrap();
        assert!(!(in_time && led_after_waiting), "missed");
        clock.join().unwrap();
    });
}

#[test]
fn an_outcome_in_time_wins_over_the_end_of_the_wait() {
    for (flight_deadline, deadline) in [(NEVER, 1), (1, NEVER)] {
        model(move |model| {
            let leader = model.single_flight.lead(at(flight_deadline)).ok().unwrap();
            let clock = spawn(|| pass_to(LOST));
            let waiter = model.call_on(deadline);
            let in_time = finish_in_time(leader, LOST);
            let Call { role, waited } = waiter.join().unwrap();
            match role {
                Role::Finished => {}
                Role::TimedOut | Role::Lead(_) => assert!(!(in_time && waited), "missed"),
                Role::Settled | Role::Cancelled => panic!("there is nothing to look at"),
            }
            clock.join().unwrap();
        });
    }
}

#[test]
fn a_cancellation_ends_its_own_client_s_wait_alone() {
    model(|model| {
        let slow = model.single_flight.lead(at(NEVER)).ok().unwrap();
        let cancel = Arc::new(Cancellation::default());
        let cancelled = Arc::clone(&cancel);
        let waiter = model.on_thread(move |model| model.call(NEVER, &cancelled));
        let other = model.call_on(NEVER);
        // As Client::cancel does.
        cancel.cancel();
        model
            .single_flight
            .wake_waiters(|room| cancel.waits_in(room));
        assert!(matches!(waiter.join().unwrap().role, Role::Cancelled));
        model.settle();
        slow.finish(outcome());
        let role = other.join().unwrap().role;
        assert!(matches!(role, Role::Finished | Role::Settled));
    });
}

#[test]
fn a_token_from_elsewhere_ends_the_wait() {
    model(|model| {
        let slow = model.single_flight.lead(at(NEVER)).ok().unwrap();
        let waiters = [model.call_on(NEVER), model.call_on(NEVER)];
        // As Client::create_token does.
        model.settle();
        model.single_flight.wake_waiters(|_| true);
        for waiter in waiters {
            assert!(matches!(waiter.join().unwrap().role, Role::Settled));
        }
        drop(slow);
    });
}
