use super::*;

const PLAIN: &[u8] = b"what other processes may know";

fn key(text: &str) -> Secret {
    Secret::new(text)
}

fn sealed() -> Vec<u8> {
    seal(&key("key"), "name", PLAIN).unwrap()
}

fn opens(api_key: &str, name: &str, value: &[u8]) -> bool {
    open(&key(api_key), name, value).is_some()
}

#[test]
fn a_value_opens_with_its_key_in_its_place_alone() {
    let value = sealed();
    let plain = open(&key("key"), "name", &value).unwrap();
    assert_eq!(**plain, *PLAIN);
    assert!(!opens("another", "name", &value));
    assert!(!opens("key", "eman", &value));
}

#[test]
fn a_value_with_a_bit_flipped_or_of_another_length_does_not_open() {
    let value = sealed();
    for bit in 0..value.len() * 8 {
        let mut other = value.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        assert!(!opens("key", "name", &other), "bit {bit}");
    }
    for length in 0..value.len() {
        assert!(!opens("key", "name", &value[..length]));
    }
    let longer = [&value[..], b"\0"].concat();
    assert!(!opens("key", "name", &longer));
}

#[test]
fn two_values_of_one_text_have_nothing_in_common() {
    let (first, second) = (sealed(), sealed());
    let same = first.iter().zip(&second).skip(1).filter(|(a, b)| a == b);
    assert!(same.count() < first.len() / 4);
    assert!(!first.windows(4).any(|part| PLAIN.starts_with(part)));
}
