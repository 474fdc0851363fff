//! Whatever a Redis server sends: a reply is read once it is whole, and no byte further, and what is
//! told of an error repeats its first word alone.
//!
//! An input is the bytes that come.
#![cfg_attr(feature = "libfuzzer", no_main)]

use momo::fuzzing::RedisReply::{self, Malformed, Part, Whole};
use momo_fuzz::fuzz_target;

const MAX_REFUSAL_BYTES: usize = 256;

fuzz_target!(init: momo_fuzz::prepare(), |bytes: &[u8]| {
    let reply = RedisReply::parse(bytes);
    // A reply ends where it ends, whatever follows; what is refused is refused from some byte on.
    let mut seen = Part;
    for end in 0..bytes.len().min(256) {
        let now = RedisReply::parse(&bytes[..end]);
        assert!(seen == Part || seen == now, "{seen:?}, then {now:?}");
        seen = now;
    }
    assert!(seen == Part || seen == reply, "{seen:?}, then {reply:?}");
    match reply {
        Part | Malformed => {}
        Whole { length, refusal } => {
            assert!(length <= bytes.len() && bytes[..length].ends_with(b"\r\n"));
            if let Some(refusal) = refusal {
                assert_eq!(bytes[0], b'-');
                assert!(refusal.len() < MAX_REFUSAL_BYTES && !refusal.contains(char::is_control));
            }
        }
    }
});
