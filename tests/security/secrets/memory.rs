//! What is left in the memory of a process that has freed everything.
//!
//! The test runs itself again as a child, which learns its credentials through a pipe, and reads
//! the child's memory from outside: what searches must not be what is found.
//!
//! Promised is that what this library owns is wiped: the API key, and `Bearer <token>`, which only
//! this library ever writes. Not promised, and so only counted and printed, is what others copy:
//! the `Basic` header and the subscription key in http's HeaderValue and ureq's output buffer, the
//! response's body in ureq's input buffer, and both in the plaintext buffers of rustls.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, Stdio};
use std::ptr::null_mut;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use momo::ffi::*;
use zeroize::Zeroize;

use super::marks::*;
use crate::common::*;

const VARIABLE: &str = "LIBMOMO_TEST_WIPING_CHILD";
const NAMES: [&str; 5] = ["base_url", "api_user", "api_key", "subscription_key", "ca"];
const TOKENS: usize = 3;

/// Straight from the pipe: a reader of the standard library would keep a copy.
fn receive(buffer: &mut [u8]) {
    let mut filled = 0;
    while filled < buffer.len() {
        let rest = &mut buffer[filled..];
        // SAFETY: `rest` is writable for its whole length.
        let count = unsafe { libc::read(0, rest.as_mut_ptr().cast(), rest.len()) };
        assert!(count > 0, "the parent has gone");
        filled += usize::try_from(count).unwrap();
    }
}

fn tell_and_wait(word: &[u8]) {
    // SAFETY: `word` is readable for its whole length.
    let written = unsafe { libc::write(1, word.as_ptr().cast(), word.len()) };
    assert_eq!(usize::try_from(written), Ok(word.len()));
    receive(&mut [0]);
}

#[test]
fn the_child_of_the_test_below() {
    if std::env::var_os(VARIABLE).is_none() {
        return;
    }
    let mut length = [0; 2];
    receive(&mut length);
    let mut values = vec![0; usize::from(u16::from_le_bytes(length))];
    receive(&mut values);
    let (config, mut client) = (momo_create_config(), null_mut());
    let mut tokens = [null_mut(); TOKENS];
    // SAFETY: live handles, places of this function's own, and NUL-terminated strings.
    unsafe {
        for (name, value) in NAMES.iter().zip(values.split_inclusive(|b| *b == 0)) {
            let name = std::ffi::CString::new(*name).unwrap();
            let status = momo_set_option(config, name.as_ptr(), value.as_ptr().cast(), null_mut());
            assert_eq!(status, MOMO_OK);
        }
        values.zeroize();
        assert_eq!(
            momo_set_option(config, c"proxy".as_ptr(), c"none".as_ptr(), null_mut()),
            MOMO_OK
        );
        assert_eq!(
            momo_create_client(config, &raw mut client, null_mut()),
            MOMO_OK
        );
        for token in &mut tokens[1..] {
            assert_eq!(
                momo_create_token(client, -1, &raw mut *token, null_mut()),
                MOMO_OK
            );
        }
        assert_eq!(
            momo_get_token(client, -1, &raw mut tokens[0], null_mut()),
            MOMO_OK
        );
        tell_and_wait(b"\nholding\n");
        for token in tokens {
            momo_free_token(token);
        }
        tell_and_wait(b"\nwithout tokens\n");
        momo_free_client(client);
        momo_free_config(config);
        momo_clear_cache();
        tell_and_wait(b"\nwithout anything\n");
    }
}

/// How often each needle is in the process's private, writable memory.
fn count(process: u32, needles: &[(&str, Vec<u8>)]) -> Vec<usize> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let memory = std::fs::File::open(format!("/proc/{process}/mem")).unwrap();
    let mut counts = vec![0; needles.len()];
    for line in maps.lines() {
        let mut fields = line.split(' ');
        let (range, mode) = (fields.next().unwrap(), fields.next().unwrap());
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|a| u64::from_str_radix(a, 16).unwrap());
        if !mode.starts_with("rw") || !mode.ends_with('p') {
            continue;
        }
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        // The kernel's own pages among them cannot be read.
        if memory.read_exact_at(&mut bytes, from).is_err() {
            continue;
        }
        for (at, _) in bytes.iter().enumerate().filter(|(_, b)| **b != 0) {
            for (count, (_, needle)) in counts.iter_mut().zip(needles) {
                *count += usize::from(bytes[at..].starts_with(needle));
            }
        }
    }
    counts
}

struct Process(Child, BufReader<std::process::ChildStdout>);

impl Process {
    fn wait_for(&mut self, word: &str) {
        let mut line = String::new();
        while line.trim_end() != word {
            line.clear();
            assert_ne!(
                self.1.read_line(&mut line).unwrap(),
                0,
                "the child ended before: {word}"
            );
        }
    }

    fn go_on(&mut self) {
        self.0.stdin.as_mut().unwrap().write_all(b"x").unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(base_url: &str, ca: &str) -> Process {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "secrets::memory::the_child_of_the_test_below",
            "--nocapture",
        ])
        .env(VARIABLE, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let values: String = [base_url, USER, KEY, PRIMARY, ca]
        .map(|v| format!("{v}\0"))
        .concat();
    let stdin = child.stdin.as_mut().unwrap();
    stdin
        .write_all(&u16::try_from(values.len()).unwrap().to_le_bytes())
        .unwrap();
    stdin.write_all(values.as_bytes()).unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    Process(child, stdout)
}

#[test]
fn what_the_library_owns_is_wiped_when_it_is_freed() {
    let gateway = Gateway::builder()
        .credentials(credentials())
        .start()
        .unwrap();
    let ca = gateway.ca_path().to_str().unwrap();
    for base_url in [gateway.plain_base_url(), gateway.base_url()] {
        gateway.reset();
        let mut child = start(&base_url, ca);
        child.wait_for("holding");
        let issued: Vec<_> = gateway.issued().into_iter().map(|i| i.token).collect();
        let last = issued.last().unwrap();
        let mut needles = vec![
            ("the API key", KEY.as_bytes().to_vec()),
            ("the end of the API key", KEY.as_bytes()[8..].to_vec()),
            (
                "Bearer and the current token",
                format!("Bearer {last}").into_bytes(),
            ),
        ];
        let owned = needles.len();
        needles.extend([
            (
                "Basic and the pair in base64",
                STANDARD.encode(format!("{USER}:{KEY}")).into_bytes(),
            ),
            ("the subscription key", PRIMARY.as_bytes().to_vec()),
            ("the current token", last.as_bytes().to_vec()),
            ("an earlier token", issued[0].as_bytes().to_vec()),
        ]);
        let id = child.0.id();
        let holding = count(id, &needles);
        child.go_on();
        child.wait_for("without tokens");
        let bearers: Vec<_> = issued
            .iter()
            .map(|t| ("", format!("Bearer {t}").into_bytes()))
            .collect();
        let without_tokens = count(id, &bearers);
        child.go_on();
        child.wait_for("without anything");
        let freed = count(id, &needles);
        let all_freed = count(id, &bearers);
        child.go_on();
        println!("{base_url}: found while held, and after all was freed");
        for ((name, _), counts) in needles.iter().zip(holding.iter().zip(&freed)) {
            println!("  {name}: {counts:?}");
        }
        println!("  each `Bearer <token>` once the tokens are freed: {without_tokens:?}");
        assert!(
            holding[..owned].iter().all(|n| *n > 0),
            "the search finds what is there"
        );
        let current = without_tokens.iter().sum::<usize>();
        assert_eq!(
            current, 1,
            "the cache's own copy of the current token, and no other"
        );
        assert!(
            freed[..owned].iter().all(|n| *n == 0),
            "what the library owns is wiped"
        );
        assert!(
            all_freed.iter().all(|n| *n == 0),
            "what the library owns is wiped"
        );
        let mut rest = String::new();
        let _ = child.1.read_to_string(&mut rest);
        assert!(child.0.wait().unwrap().success(), "{rest}");
    }
}
