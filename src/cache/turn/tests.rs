use super::*;
use crate::cache::test_processes::{TwoProcesses, soon};
use crate::{Deadline, Failure, Status};
use std::time::Instant;

fn after(milliseconds: u64) -> Deadline {
    Deadline::after(Duration::from_millis(milliseconds))
}

fn take_turn(
    entry: &Entry,
    milliseconds: u64,
    cancellation: &Arc<Cancellation>,
) -> ControlFlow<Step, Option<Lock>> {
    let plan = Plan {
        wait_until: after(milliseconds),
        is_refresh: true,
        ..Plan::until(soon().deadline, 1)
    };
    let progress = Progress::begin();
    let turn = entry.take_turn(&plan, cancellation, &progress, &mut CallLog::complete());
    let has_waited = matches!(turn, Break(Step::LookAgain)) && !cancellation.is_cancelled();
    assert_eq!(progress.phase() == Phase::OtherProcess, has_waited);
    turn
}

#[test]
fn pauses_grow_by_half_on_the_average_up_to_a_second() {
    for (random, pauses) in [
        (0.0, &[10, 10, 10][..]),
        (
            0.5,
            &[10, 15, 22, 33, 50, 75, 113, 170, 256, 384, 576, 864, 1000],
        ),
        (1.0, &[10, 20, 40, 80, 160, 320, 640, 1000, 1000]),
    ] {
        let mut pause = MIN_PAUSE;
        for expected in pauses {
            assert_eq!(pause.as_millis(), *expected);
            pause = next_pause(pause, random);
        }
    }
}

/// By chance each waits for another time, and none looks more often than it should.
#[test]
fn ten_thousand_processes_are_no_more_than_a_redis_server_takes() {
    let mut looks = 0;
    for _ in 0..10_000 {
        let (mut at, mut pause) = (Duration::ZERO, MIN_PAUSE);
        while at < Duration::from_secs(4) {
            looks += u32::from(at >= Duration::from_secs(3));
            at += pause;
            pause = next_pause(pause, random::unit());
        }
    }
    assert!(looks < 15_000, "{looks}");
}

#[test]
fn while_another_process_asks_it_is_waited_for_until_then_or_until_a_cancellation() {
    let processes = TwoProcesses::new();
    let never = Arc::default();
    let Continue(lock @ Some(_)) = take_turn(&processes.other, 0, &never) else {
        panic!("nobody else asks")
    };
    let beside = Plan {
        wait_until: Deadline::now(),
        ..Plan::until(soon().deadline, 1)
    };
    let (progress, mut log) = (Progress::begin(), CallLog::complete());
    let turn = processes
        .own
        .take_turn(&beside, &never, &progress, &mut log);
    assert!(matches!(turn, Continue(None)));
    let began = Instant::now();
    let turn = take_turn(&processes.own, 60, &never);
    assert!(matches!(turn, Break(Step::LookAgain)));
    assert!(began.elapsed() >= Duration::from_millis(60));
    let cancelled = Arc::<Cancellation>::default();
    cancelled.cancel();
    let turn = take_turn(&processes.own, 60, &cancelled);
    assert!(matches!(turn, Break(Step::LookAgain)));
    drop(lock);
    let turn = take_turn(&processes.own, 0, &never);
    assert!(matches!(turn, Continue(Some(_))));
}

#[test]
fn what_another_process_was_given_is_taken_and_kept() {
    let processes = TwoProcesses::new();
    let (never, mut log) = (Arc::default(), CallLog::complete());
    let cooldown = Duration::from_secs(5);
    let failure = Failure::new(Status::MOMO_UNAUTHORIZED, "refused");
    processes.shared()[1].tell_failure(&failure, cooldown, &soon(), &mut log);
    let Break(Step::Failed(failure)) = take_turn(&processes.own, 0, &never) else {
        panic!("another process has failed")
    };
    assert_eq!(failure.status, Status::MOMO_UNAUTHORIZED);
    assert!(processes.own.state().cooldown_ms(Now::read()) > 0);

    processes.other_tells_token();
    let Break(Step::Token(found)) = take_turn(&processes.own, 0, &never) else {
        panic!("another process has a token")
    };
    assert_eq!(found.access(), b"token");
    let state = processes.own.state();
    assert_eq!(state.token.as_ref().unwrap().access(), b"token");
    assert_eq!(state.cooldown_ms(Now::read()), 0);
}

#[test]
fn a_token_of_another_process_that_was_invalidated_here_is_removed() {
    let processes = TwoProcesses::new();
    processes.other_tells_token();
    processes.own.invalidate(b"token", Now::read());
    let turn = take_turn(&processes.own, 0, &Arc::default());
    assert!(matches!(turn, Continue(Some(_))));
    let found = processes.shared()[1].read(&soon(), &mut CallLog::complete());
    assert!(found.is_ok_and(|found| found.token.is_none()));
}
