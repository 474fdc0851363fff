use super::*;

#[test]
fn the_clock_goes_on_and_keeps_its_name() {
    let (first, second) = (steady_clock(None), steady_clock(None));
    let names = |clock: &SteadyClock| clock.name.clone();
    assert!(first.is_some());
    assert_eq!(first.as_ref().map(names), second.as_ref().map(names));
    assert!(second.map(|c| c.now) >= first.map(|c| c.now));
    assert_eq!(network(), network());
}
