use super::*;

#[test]
fn the_clock_goes_on_and_keeps_its_name() {
    let [first, second] = [(); 2].map(|()| steady_clock(None).unwrap());
    assert_eq!(first.name, second.name);
    assert!(second.now >= first.now);
    assert_eq!(network(), network());
}
