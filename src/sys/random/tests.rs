use super::*;

#[test]
fn a_unit_is_anywhere_from_0_to_1() {
    let many: Vec<f64> = (0..1000).map(|_| unit()).collect();
    assert!(many.iter().all(|r| (0.0..=1.0).contains(r)));
    assert!(many.iter().any(|r| *r < 0.2) && many.iter().any(|r| *r > 0.8));
}
