use super::*;

#[test]
fn every_phase_is_read_as_it_was_entered() {
    let progress = Progress::begin();
    assert_eq!(progress.phase(), Phase::Prepare);
    for (number, (phase, _)) in PHASES.into_iter().enumerate() {
        assert_eq!(phase as usize, number);
        progress.enter(phase);
        assert_eq!(progress.phase(), phase);
    }
    progress.begin_attempt(3);
    assert_eq!(progress.attempt(), 3);
}

#[test]
fn to_look_again_is_to_wait_and_that_is_timed() {
    let progress = Progress::begin();
    progress.poll();
    assert!(!progress.was_polled());
    progress.poll();
    assert!(progress.was_polled());
    std::thread::sleep(Duration::from_millis(1));
    assert!(progress.elapsed() >= Duration::from_millis(1));
}
