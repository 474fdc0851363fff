//! What is left in the memory of a process that has freed everything.
//!
//! The test runs itself again as a child, which learns its credentials through a pipe, and reads
//! the child's memory from outside: what searches must not be what is found.
//!
//! Promised is that what this library owns is wiped: the API key, and `Bearer <token>`, which only
//! this library ever writes. Not promised is what others copy: the `Basic` header and the
//! subscription key in http's HeaderValue and ureq's output buffer, the response's body in ureq's
//! input buffer, and both in the plaintext buffers of rustls.

use std::ffi::{CStr, CString};
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, Stdio};

use memchr::memmem;
use momo::ffi::*;
use zeroize::Zeroize;

use super::marks::*;
use crate::child::wait_for;
use crate::common::*;

const VARIABLE: &str = "LIBMOMO_TEST_WIPING_CHILD";
const NAMES: [&str; 6] = [
    "base_url",
    "api_user",
    "api_key",
    "subscription_key",
    "ca",
    "proxy",
];

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

/// Tells the parent that it may look, and waits until it has.
fn be_looked_at() {
    std::io::stderr().write_all(b"x").unwrap();
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
    let config = Config::new();
    for (name, value) in NAMES.iter().zip(values.split_inclusive(|b| *b == 0)) {
        let value = CStr::from_bytes_with_nul(value).unwrap();
        let outcome = config.try_set_string(&CString::new(*name).unwrap(), value);
        outcome.unwrap();
    }
    values.zeroize();
    let client = config.client();
    // The last is the second one again, from the cache.
    let tokens = [momo_create_token, momo_create_token, momo_get_token]
        .map(|get| stored(|token| get(client.live(), -1, token, None)).1);
    be_looked_at();
    for token in tokens {
        assert!(token.is_some());
        // SAFETY: the library handed it out, and it is freed once.
        unsafe { momo_free_token(token) };
    }
    be_looked_at();
    drop((client, config));
    momo_clear_cache();
    be_looked_at();
}

/// How often each needle is in the process's private, writable memory.
fn count(process: u32, needles: &[String]) -> Vec<usize> {
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
        if memory.read_exact_at(&mut bytes, from).is_ok() {
            for (count, needle) in counts.iter_mut().zip(needles) {
                *count += memmem::find_iter(&bytes, needle).count();
            }
        }
    }
    counts
}

struct Process(Child);

impl Process {
    fn start(values: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "secrets::memory::the_child_of_the_test_below"]);
        command.env(VARIABLE, "1").stdin(Stdio::piped());
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut process = Self(child.unwrap());
        let length = u16::try_from(values.len()).unwrap().to_le_bytes();
        process.tell(&length);
        process.tell(values.as_bytes());
        process
    }

    fn tell(&mut self, bytes: &[u8]) {
        self.0.stdin.as_mut().unwrap().write_all(bytes).unwrap();
    }

    /// When it is to be looked at next.
    fn count(&mut self, needles: &[String]) -> Vec<usize> {
        let looks = self.0.stderr.as_mut().unwrap().read_exact(&mut [0]);
        looks.expect("the child has failed");
        let counts = count(self.0.id(), needles);
        self.tell(b"x");
        counts
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_the_library_owns_is_wiped_when_it_is_freed() {
    let gateway = Gateway::builder().credentials(credentials()).start();
    let gateway = gateway.unwrap();
    let ca = gateway.ca_path().to_str().unwrap();
    for base_url in [gateway.plain_base_url(), gateway.base_url()] {
        gateway.reset();
        let values = [&base_url, USER, KEY, PRIMARY, ca, "none"].map(|v| format!("{v}\0"));
        let mut child = Process::start(&values.concat());
        let issued = || gateway.issued().into_iter().map(|i| i.token);
        wait_for("tokens", || issued().count() == 2);
        let mut needles = vec![KEY.to_owned(), KEY[8..].to_owned()];
        needles.extend(issued().map(|token| format!("Bearer {token}")));
        let held = child.count(&needles);
        let finds_all = held.iter().all(|n| *n > 0);
        assert!(finds_all, "the search finds what is there");
        let cached = child.count(&needles[2..]);
        assert_eq!(cached, [0, 1], "the cache's own copy of the current token");
        let freed = child.count(&needles);
        assert_eq!(freed, [0; 4], "what the library owns is wiped");
        assert!(child.0.wait().unwrap().success());
    }
}
