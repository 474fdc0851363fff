use super::*;

#[test]
fn an_element_has_a_length_of_one_to_four_bytes_and_is_there_whole() {
    let long = [b"\x04\x82\x01\x00".as_slice(), &[7; 256]].concat();
    let mut rest = long.as_slice();
    assert_eq!(
        element(&mut rest).map(|(tag, content)| (tag, content.len())),
        Some((4, 256))
    );
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
fn an_rsa_key_has_as_many_bits_as_its_modulus() {
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
    let modulus = |first: u8| [&[0, first], &[0xff; 255][..]].concat();
    assert_eq!(rsa_bits(&key(&modulus(0x80))), Some(2048));
    assert_eq!(rsa_bits(&key(&modulus(0x7f))), Some(2047));
    assert_eq!(rsa_bits(&key(&[0xff; 128])), Some(1024));
    assert_eq!(rsa_bits(b"\x30\x00"), None);
}
