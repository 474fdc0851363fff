//! Every way in which a few threads can meet in a flight, tried by loom: `scripts/model.sh`.
//!
//! Loom sees the locks, the waits, the clock and the atomics of these tests. It does not see a
//! `ForkCell` (arc-swap), so a board is always there before its threads are, and a ticket is
//! dropped rather than unwound past: loom's threads share the panic count of one real thread.
//!
//! In a model nobody wakes for no reason and time passes only where a thread says so. Who is
//! forgotten therefore sleeps for ever, and loom reports the deadlock.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use loom::sync::atomic::{AtomicBool, AtomicUsize};
use loom::thread::{JoinHandle, spawn};

use super::*;
use crate::error::Status;
use crate::sync::{at, now_for_all, pass_to};

const NEVER: u64 = 9;

struct Model {
    flights: Flights,
    /// What an entry's state is in the library.
    settled: AtomicBool,
    /// Leaders whose lease lives.
    leading: AtomicUsize,
    /// Whether the first of them is dead.
    died: AtomicBool,
}

/// What came of one call.
struct Call {
    turn: Turn,
    /// For a flight, before that came.
    waited: bool,
}

/// Runs `threads` in every order that differs, with few preemptions.
fn model(name: &str, threads: impl Fn(&Arc<Model>) + Send + Sync + 'static) {
    let orders = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&orders);
    let start = std::time::Instant::now();
    loom::model(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        let model = Arc::new(Model {
            flights: Flights::new(),
            settled: AtomicBool::new(false),
            leading: AtomicUsize::new(0),
            died: AtomicBool::new(false),
        });
        model.flights.board.get_or(Board::default);
        threads(&model);
    });
    println!("{name}: {orders:?} orders, {:.1?}", start.elapsed());
}

fn landing() -> Landing {
    Err(Arc::new(Failure::new(
        Status::MOMO_SERVER_ERROR,
        "it failed",
    )))
}

/// `Ticket::land`, and whether the answer was there before that time.
fn land_in_time(ticket: Ticket, seconds: u64) -> bool {
    *ticket.lease.landing.lock() = Some(landing());
    now_for_all() < at(seconds)
}

impl Model {
    fn call(&self, deadline: u64, cancel: &Cancel) -> Call {
        let looks = Cell::new(0);
        let look = || {
            looks.set(looks.get() + 1);
            self.settled.load(Ordering::Acquire)
        };
        let turn = self.flights.turn(at(deadline), cancel, look);
        // One that is not looked at again has landed, was cancelled, or has not been waited for.
        let waited = looks.get() > 1 || matches!(turn, Turn::Landed(_));
        Call { turn, waited }
    }

    fn call_on(self: &Arc<Self>, deadline: u64) -> JoinHandle<Call> {
        self.on_thread(move |model| model.call(deadline, &Cancel::new()))
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

/// Calls on three threads, `ask` being what a leader does; how many led.
fn three(model: &Arc<Model>, ask: impl Fn(&Model, Ticket, bool) + Copy + Send + 'static) -> usize {
    let call = move |model: &Model| {
        let Call { turn, waited } = model.call(NEVER, &Cancel::new());
        match turn {
            Turn::Lead(ticket) => {
                model.lead();
                ask(model, ticket, waited);
                return 1;
            }
            Turn::Landed(_) => {}
            Turn::Look => assert!(model.settled.load(Ordering::Acquire)),
            Turn::TimedOut | Turn::Cancelled => panic!("nobody's time was up"),
        }
        0
    };
    let others = [(); 2].map(|()| model.on_thread(call));
    call(model) + others.map(|t| t.join().unwrap()).iter().sum::<usize>()
}

#[test]
fn one_of_three_asks_and_all_have_the_answer() {
    model("one asks", |model| {
        let leaders = three(model, |model, ticket, _| {
            model.settle();
            model.end();
            ticket.land(landing());
        });
        assert_eq!(leaders, 1);
    });
}

#[test]
fn an_answer_that_settles_nothing_reaches_all_who_waited() {
    model("settles nothing", |model| {
        let leaders = three(model, |model, ticket, waited| {
            assert!(!waited, "every flight landed, and this one was passed over");
            model.end();
            ticket.land(landing());
        });
        assert!(leaders > 0);
    });
}

#[test]
fn a_leader_that_dies_hands_over() {
    model("leader dies", |model| {
        let leaders = three(model, |model, ticket, _| {
            let second = model.died.swap(true, Ordering::SeqCst);
            model.end();
            if second {
                model.settle();
                ticket.land(landing());
            }
        });
        assert_eq!(leaders, 2);
    });
}

#[test]
fn a_lease_that_has_run_out_is_taken_over_without_its_leader() {
    model("taken over", |model| {
        let stuck = model.flights.try_lead(at(1)).unwrap();
        let follower = model.call_on(NEVER);
        pass_to(1);
        let call = follower.join().unwrap();
        assert!(matches!(call.turn, Turn::Lead(_)));
        // Late, and no longer the one who leads.
        drop(stuck);
        assert!(model.flights.try_lead(at(NEVER)).is_none());
        drop(call);
        assert!(model.flights.try_lead(at(NEVER)).is_some());
    });
}

#[test]
fn a_leader_that_lands_as_its_lease_runs_out_disturbs_no_other() {
    model("late landing", |model| {
        let late = model.flights.try_lead(at(1)).unwrap();
        let clock = spawn(|| pass_to(1));
        let follow = |model: &Model| {
            let Call { turn, waited } = model.call(NEVER, &Cancel::new());
            match turn {
                Turn::Lead(ticket) => {
                    model.lead();
                    assert!(model.flights.try_lead(at(NEVER)).is_none(), "two lead");
                    model.end();
                    ticket.land(landing());
                    waited
                }
                Turn::Landed(_) => false,
                _ => panic!("there is nothing else to have"),
            }
        };
        let followers = [(); 2].map(|()| model.on_thread(follow));
        let in_time = land_in_time(late, 1);
        for follower in followers {
            let led_after_waiting = follower.join().unwrap();
            assert!(!(in_time && led_after_waiting), "passed over");
        }
        clock.join().unwrap();
    });
}

#[test]
fn a_follower_waits_no_longer_than_its_own_time() {
    model("timed out", |model| {
        let slow = model.flights.try_lead(at(NEVER)).unwrap();
        let follower = model.call_on(1);
        pass_to(1);
        assert!(matches!(follower.join().unwrap().turn, Turn::TimedOut));
        drop(slow);
    });
}

#[test]
fn an_answer_in_time_wins_over_the_end_of_the_wait() {
    for (what, lease, deadline) in [("in time", NEVER, 1), ("in the lease", 1, NEVER)] {
        model(what, move |model| {
            let ticket = model.flights.try_lead(at(lease)).unwrap();
            let clock = model.on_thread(|model| {
                // Another client of the entry was cancelled: a follower looks again.
                model.flights.wake();
                pass_to(1);
            });
            let follower = model.call_on(deadline);
            let in_time = land_in_time(ticket, 1);
            let Call { turn, waited } = follower.join().unwrap();
            match turn {
                Turn::Landed(_) => {}
                Turn::TimedOut | Turn::Lead(_) => assert!(!(in_time && waited), "passed over"),
                Turn::Look | Turn::Cancelled => panic!("there is nothing to look at"),
            }
            clock.join().unwrap();
        });
    }
}

#[test]
fn a_cancellation_ends_its_own_client_s_wait_alone() {
    model("cancelled", |model| {
        let slow = model.flights.try_lead(at(NEVER)).unwrap();
        let cancel = Arc::new(Cancel::new());
        let cancelled = Arc::clone(&cancel);
        let follower = model.on_thread(move |model| model.call(NEVER, &cancelled));
        let other = model.call_on(NEVER);
        // As Client::cancel.
        cancel.cancel();
        model.flights.wake();
        assert!(matches!(follower.join().unwrap().turn, Turn::Cancelled));
        model.settle();
        slow.land(landing());
        let turn = other.join().unwrap().turn;
        assert!(matches!(turn, Turn::Landed(_) | Turn::Look));
    });
}

#[test]
fn a_token_from_elsewhere_ends_the_wait() {
    model("look", |model| {
        let slow = model.flights.try_lead(at(NEVER)).unwrap();
        let followers = [model.call_on(NEVER), model.call_on(NEVER)];
        // As Client::create_token.
        model.settle();
        model.flights.wake();
        for follower in followers {
            assert!(matches!(follower.join().unwrap().turn, Turn::Look));
        }
        drop(slow);
    });
}

#[test]
fn a_sleep_that_is_cancelled_ends_at_once() {
    model("sleep", |_| {
        let cancel = Arc::new(Cancel::new());
        // Its bed is there, see above.
        assert!(cancel.sleep(Duration::ZERO));
        let sleepers = [1, NEVER].map(|seconds| {
            let cancel = Arc::clone(&cancel);
            spawn(move || (cancel.sleep(Duration::from_secs(seconds)), now() >= at(1)))
        });
        pass_to(1);
        cancel.cancel();
        let [(short, late), (long, _)] = sleepers.map(|s| s.join().unwrap());
        assert!(late || !short, "it slept through before its time was up");
        assert!(!long);
    });
}
