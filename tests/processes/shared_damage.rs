//! A token file that is cut short or damaged at any place: never a wrong token, never an error.

use std::os::unix::fs::PermissionsExt;

use crate::child::{Scratch, again, case, wait_for};
use crate::common::{Client, Config, Gateway};
use crate::place::files;
use momo::ffi::momo_clear_cache;

/// As a new process does: with nothing in memory.
fn new_process(client: &Client) -> String {
    momo_clear_cache();
    client.get().unwrap().access_token
}

#[test]
fn a_file_cut_anywhere_or_with_a_bit_flipped_is_as_good_as_none() {
    const NAME: &str = "a_file_cut_anywhere_or_with_a_bit_flipped_is_as_good_as_none";
    if case().is_none() {
        // What it clears is the process's.
        return again(NAME, "alone").run();
    }
    let (scratch, gateway) = (
        Scratch::in_memory(),
        Gateway::builder().plain(true).start().unwrap(),
    );
    let config = Config::mock(&gateway, "");
    config.set("base_url", &gateway.plain_base_url());
    config.set(
        "cache",
        &format!("file:{}", scratch.path("tokens").display()),
    );
    let client = config.client();
    let first = new_process(&client);
    assert_eq!(new_process(&client), first, "a whole file is used");
    let path = files(&scratch.path("tokens"), ".token").remove(0);
    let mut requests = gateway.request_count();
    let mut try_damaged = |damage: &dyn Fn(&mut Vec<u8>), what: String| {
        let good = std::fs::read(&path).unwrap();
        let mut bytes = good.clone();
        damage(&mut bytes);
        std::fs::write(&path, &bytes).unwrap();
        let token = new_process(&client);
        requests += 1;
        assert_eq!(gateway.request_count(), requests, "{what} was used");
        assert_eq!(token, gateway.issued().pop().unwrap().token, "{what}");
        // What was damaged is replaced by the new one, which the call may have had before.
        wait_for("new file", || std::fs::read(&path).unwrap() != bytes);
    };
    let length = std::fs::read(&path).unwrap().len();
    for short in 0..length {
        try_damaged(
            &|bytes| bytes.truncate(short),
            format!("the first {short} bytes"),
        );
    }
    // Of each byte another bit; the unit tests of the seal flip every one.
    for byte in 0..length {
        let bit = byte % 8;
        try_damaged(
            &|bytes| bytes[byte] ^= 1 << bit,
            format!("bit {bit} of byte {byte}"),
        );
    }
    try_damaged(&|bytes| bytes.push(0), "one byte more".to_owned());
    try_damaged(&|bytes| bytes.resize(1 << 20, 0), "a megabyte".to_owned());
    assert!(length > 700, "{length}");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
