//! Names that mean what a test wants, by a hosts file or by a name server of a few lines.
#![allow(dead_code, clippy::unwrap_used, unreachable_pub)]

use std::net::{Ipv4Addr, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::child::{Scratch, again, case};
use super::common::*;

/// Runs `body` in namespaces where names come from `hosts`, then from 127.0.0.1:53.
pub fn with_names(hosts: &str, body: impl FnOnce()) {
    if case().is_some() {
        return body();
    }
    let scratch = Scratch::new();
    let hosts = scratch.write("hosts", hosts);
    let switch = scratch.write("nsswitch.conf", "hosts: files dns\n");
    let servers = "nameserver 127.0.0.1\noptions timeout:5 attempts:1\n";
    let servers = scratch.write("resolv.conf", servers);
    let files = [
        (hosts.as_path(), "/etc/hosts"),
        (&switch, "/etc/nsswitch.conf"),
        (&servers, "/etc/resolv.conf"),
    ];
    again(body, "inside").cut_off(&files).passes();
}

/// The mock gateway under another name.
pub fn at(gateway: &Gateway, host: &str) -> Config {
    let config = Config::mock(gateway, "");
    let url = format!("https://{host}:{}", gateway.address().port());
    config.set("base_url", &url);
    config
}

type Names = Vec<(String, Ipv4Addr)>;

/// On 127.0.0.1:53 of a network namespace, until it is dropped.
pub struct NameServer {
    shared: Arc<(Mutex<Names>, AtomicUsize)>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl NameServer {
    pub fn start(names: &[(&str, Ipv4Addr)]) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:53").unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        let shared = Arc::new((Mutex::new(own(names)), AtomicUsize::new(0)));
        let weak = Arc::downgrade(&shared);
        let thread = std::thread::spawn(move || {
            let mut question = [0; 512];
            while let Some(shared) = weak.upgrade() {
                if let Ok((length, from)) = socket.recv_from(&mut question) {
                    shared.1.fetch_add(1, Ordering::SeqCst);
                    let answer = answer(&question[..length], &shared.0.lock().unwrap());
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        Self {
            shared,
            thread: Some(thread),
        }
    }

    pub fn change(&self, names: &[(&str, Ipv4Addr)]) {
        *self.shared.0.lock().unwrap() = own(names);
    }

    /// How many questions came.
    pub fn asked(&self) -> usize {
        self.shared.1.load(Ordering::SeqCst)
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.shared = Arc::default();
        let _ = self.thread.take().unwrap().join();
    }
}

fn own(names: &[(&str, Ipv4Addr)]) -> Names {
    let names = names.iter().map(|(name, ip)| ((*name).to_owned(), *ip));
    names.collect()
}

/// RFC 1035: the question again, and an address if one is known and asked for.
fn answer(message: &[u8], names: &Names) -> Vec<u8> {
    const HEAD: usize = 12;
    let mut labels = Vec::new();
    let mut at = HEAD;
    while message[at] != 0 {
        let length = usize::from(message[at]);
        labels.push(String::from_utf8_lossy(&message[at + 1..=at + length]).into_owned());
        at += 1 + length;
    }
    let (name, end) = (labels.join("."), at + 5);
    let known = names.iter().find(|(n, _)| *n == name);
    let ip = known.filter(|_| message[at + 2] == 1);
    let code = if known.is_some() { 0 } else { 3 };
    let mut answer = message[..2].to_vec();
    answer.extend([0x81, 0x80 | code, 0, 1, 0, u8::from(ip.is_some())]);
    answer.extend([0; 4]);
    answer.extend(&message[HEAD..end]);
    if let Some((_, ip)) = ip {
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
        answer.extend(ip.octets());
    }
    answer
}
