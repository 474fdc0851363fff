use super::*;

#[test]
fn an_element_has_a_length_of_one_to_four_bytes_and_is_there_whole() {
    let long = [b"\x04\x82\x01\x00".as_slice(), &[7; 256]].concat();
    let mut rest = long.as_slice();
    let read = element(&mut rest).map(|(tag, content)| (tag, content.len()));
    assert_eq!(read, Some((4, 256)));
    assert!(rest.is_empty());
    for bad in [
        &b""[..],
        b"\x04",
        b"\x04\x02a",
        b"\x04\x80",
        b"\x04\x84\0\0\0\0",
        &long[..9],
    ] {
        assert_eq!(element(&mut &*bad), None, "{bad:?}");
    }
}

#[test]
fn an_rsa_key_is_short_if_its_modulus_has_fewer_bytes_than_2048_bits() {
    let key = |modulus: &[u8]| {
        let wrapped = |tag: u8, content: &[u8]| {
            let length = u16::try_from(content.len()).unwrap().to_be_bytes();
            [&[tag, 0x82], &length[..], content].concat()
        };
        let numbers = [wrapped(2, modulus), b"\x02\x03\x01\x00\x01".to_vec()].concat();
        let bits = [&[0], &wrapped(0x30, &numbers)[..]].concat();
        let algorithm = [b"\x30\x0d".as_slice(), &alg_id::RSA_ENCRYPTION].concat();
        [algorithm, wrapped(3, &bits)].concat()
    };
    let rounded_up = [&[0, 1], &[0xff; 255][..]].concat();
    assert!(!is_short_rsa_key(&key(&rounded_up)));
    assert!(!is_short_rsa_key(&key(&[0x80; 256])));
    assert!(is_short_rsa_key(&key(&rounded_up[2..])));
    assert!(!is_short_rsa_key(b"\x30\x00"));
}
