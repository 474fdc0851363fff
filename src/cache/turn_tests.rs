use super::*;
use crate::cache::two_processes::TwoProcesses;
use crate::error::{Failure, Status};
use crate::token::Token;
use std::time::Instant;

fn after(milliseconds: u64) -> Deadline {
    Deadline::after(Duration::from_millis(milliseconds))
}

type Turn = ControlFlow<Step, Option<Lock>>;

fn take_turn(entry: &Entry, milliseconds: u64, cancellation: &Cancellation) -> Turn {
    let wait = Wait {
        until: after(milliseconds),
        deadline: after(10_000),
        then_ask: false,
    };
    turn_of(entry, wait, cancellation)
}

fn turn_of(entry: &Entry, wait: Wait, cancellation: &Cancellation) -> Turn {
    let progress = Progress::begin();
    let turn = entry.take_turn(wait, cancellation, &progress, &mut CallLog::complete());
    let has_waited = progress.phase() == Phase::OtherProcess;
    assert_eq!(
        has_waited,
        matches!(turn, Break(Step::LookAgain)) && !cancellation.is_cancelled()
    );
    turn
}

#[test]
fn looks_become_rarer_by_half_and_stay_so() {
    let pauses = std::iter::successors(Some(FIRST_LOOK), |pause| Some(next_pause(*pause)));
    let micros: Vec<_> = pauses.take(8).map(|pause| pause.as_micros()).collect();
    let expected = [
        10_000, 15_000, 22_500, 33_750, 50_625, 75_937, 100_000, 100_000,
    ];
    assert_eq!(micros, expected);
}

#[test]
fn while_another_process_asks_it_is_waited_for_until_then_or_until_a_cancellation() {
    let processes = TwoProcesses::new();
    let never = Cancellation::new();
    let Continue(lock @ Some(_)) = take_turn(&processes.other, 0, &never) else {
        panic!("nobody else asks")
    };
    let beside = Wait {
        until: after(0),
        deadline: after(10_000),
        then_ask: true,
    };
    let progress = Progress::begin();
    let turn = processes
        .own
        .take_turn(beside, &never, &progress, &mut CallLog::complete());
    assert!(matches!(turn, Continue(None)));
    let began = Instant::now();
    let turn = take_turn(&processes.own, 60, &never);
    assert!(matches!(turn, Break(Step::LookAgain)));
    assert!(began.elapsed() >= Duration::from_millis(60));
    let cancelled = Cancellation::new();
    cancelled.cancel();
    assert!(matches!(
        take_turn(&processes.own, 60, &cancelled),
        Break(Step::LookAgain)
    ));
    drop(lock);
    let turn = take_turn(&processes.own, 0, &never);
    assert!(matches!(turn, Continue(Some(_))));
}

#[test]
fn what_another_process_was_given_is_taken_and_kept() {
    let processes = TwoProcesses::new();
    let (never, mut log) = (Cancellation::new(), CallLog::complete());
    let others = processes.other.shared.as_ref().unwrap();
    let cooldown = Duration::from_secs(5);
    let failure = Failure::new(Status::MOMO_UNAUTHORIZED, "refused");
    others.share_failure(&failure, cooldown, after(10_000), &mut log);
    let Break(Step::Failed(failure)) = take_turn(&processes.own, 0, &never) else {
        panic!("another process has failed")
    };
    assert_eq!(failure.status, Status::MOMO_UNAUTHORIZED);
    assert!(processes.own.state().is_in_cooldown(Now::read()));

    let hour = Some(Duration::from_secs(3600));
    let token = Token::new("token", "access_token", hour, Now::read());
    others.share(&token, after(10_000), &mut log);
    let Break(Step::Token(found)) = take_turn(&processes.own, 0, &never) else {
        panic!("another process has a token")
    };
    assert_eq!(found.access(), b"token");
    let state = processes.own.state();
    assert_eq!(state.token.as_ref().unwrap().access(), b"token");
    assert!(!state.is_in_cooldown(Now::read()));
}

#[test]
fn a_token_of_another_process_that_was_invalidated_here_is_removed() {
    let processes = TwoProcesses::new();
    let (never, mut log) = (Cancellation::new(), CallLog::complete());
    let hour = Some(Duration::from_secs(3600));
    let token = Token::new("token", "access_token", hour, Now::read());
    let others = processes.other.shared.as_ref().unwrap();
    others.share(&token, after(10_000), &mut log);
    processes.own.invalidate(b"token", Now::read());
    let turn = take_turn(&processes.own, 0, &never);
    assert!(matches!(turn, Continue(Some(_))));
    let found = others.read(after(10_000), &mut log);
    assert!(found.is_ok_and(|found| found.token.is_none()));
}
