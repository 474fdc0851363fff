use super::*;

#[test]
fn every_phase_is_read_as_it_was_entered() {
    let progress = Progress::begin();
    assert_eq!(progress.phase(), Phase::Prepare);
    for (phase, _) in PHASES {
        progress.enter(phase);
        assert_eq!(progress.phase(), phase);
    }
    progress.begin_attempt(3);
    assert_eq!(progress.attempt(), 3);
}
