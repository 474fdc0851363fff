use super::*;

#[test]
fn the_number_stays_the_same_within_a_process() {
    let first = generation();
    assert_ne!(first, 0);
    let others = [(); 4].map(|()| std::thread::spawn(generation));
    assert_eq!(others.map(|other| other.join().unwrap()), [first; 4]);
}
