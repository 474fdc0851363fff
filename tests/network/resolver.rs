//! Names, in a mount and network namespace of the test's own: its hosts file, its name server.

use std::net::Ipv4Addr;

use crate::child::{Scratch, again, case, threads_named, wait_for};
use crate::common::*;
use crate::names::{NameServer, at, with_names};
use crate::peer::{Peer, closing, descriptors, thread_id, waits};

const HOSTS: &str = "127.0.0.1 good.test gateway.test\n\
    10.9.9.9 localhost\n";

fn resolving() -> usize {
    threads_named("momo-resolver").len()
}

#[test]
fn plain_http_goes_to_no_localhost_that_is_elsewhere() {
    with_names(HOSTS, || {
        let peer = Peer::start(closing);
        // 10.9.9.9 is this machine here, so that a connection there would be seen.
        crate::child::run(&["ip", "addr", "add", "10.9.9.9/32", "dev", "lo"]);
        let elsewhere = std::net::TcpListener::bind(("10.9.9.9", peer.port())).unwrap();
        elsewhere.set_nonblocking(true).unwrap();
        let gateway = Gateway::start().unwrap();
        let config = Config::mock(&gateway, "");
        config.set("base_url", &format!("http://localhost:{}", peer.port()));
        fails(config.client().create(), MOMO_RESOLVE_FAILED, &["loopback"]);
        assert!(elsewhere.accept().is_err(), "nobody came");
        assert_eq!(peer.accepted(), 0);
    });
}

#[test]
fn plain_http_takes_the_loopback_address_among_others() {
    with_names("10.9.9.9 localhost\n127.0.0.1 localhost\n", || {
        let gateway = Gateway::start().unwrap();
        let config = Config::mock(&gateway, "");
        let port = gateway.plain_address().unwrap().port();
        config.set("base_url", &format!("http://localhost:{port}"));
        config.client().create().unwrap();
    });
}

#[test]
fn an_unknown_name_is_said_to_be_unknown() {
    with_names(HOSTS, || {
        let gateway = Gateway::start().unwrap();
        // Nobody at port 53 at all says nothing of the name; then one who knows nothing.
        for (knows_nothing, words) in [
            (false, "the name server does not answer for unknown.test"),
            (true, "unknown.test has no address"),
        ] {
            let _server = knows_nothing.then(|| NameServer::start(&[]));
            let outcome = at(&gateway, "unknown.test").client().create();
            fails(outcome, MOMO_RESOLVE_FAILED, &[words]);
        }
        assert_eq!(gateway.connection_count(), 0);
    });
}

#[test]
fn a_name_server_that_never_responds_delays_no_call_beyond_its_time_and_keeps_one_thread() {
    with_names(HOSTS, || {
        let _server = std::net::UdpSocket::bind("127.0.0.1:53").unwrap();
        let gateway = Gateway::start().unwrap();
        let (before, open) = (threads(), descriptors());
        let config = at(&gateway, "slow.test");
        config.set("timeout", "3s");
        let clients: Vec<Client> = (0..20).map(|_| config.client()).collect();
        std::thread::scope(|scope| {
            for client in &clients {
                scope.spawn(move || fails(client.create(), MOMO_TIMED_OUT, &["looking up"]));
            }
            // A thread has its name only once it runs: both, so that no second one is missed.
            let waiting = || threads() == before + 21 && resolving() == 1;
            wait_for("20 calls and one look-up", waiting);
        });
        assert_eq!(resolving(), 1, "no call has waited for its end");
        // A call that comes later waits for the same look-up.
        fails(config.client().create_within(100), MOMO_TIMED_OUT, &[]);
        assert_eq!(resolving(), 1);
        wait_for("end of the look-up", || resolving() == 0);
        wait_for("end of its socket", || {
            (threads(), descriptors()) == (before, open)
        });
    });
}

#[test]
fn cancelling_ends_a_look_up_s_wait_at_once() {
    with_names(HOSTS, || {
        let _server = std::net::UdpSocket::bind("127.0.0.1:53").unwrap();
        let gateway = Gateway::start().unwrap();
        let config = at(&gateway, "slow.test");
        for call in [Client::create, Client::get] {
            let client = config.client();
            let (tell, told) = std::sync::mpsc::channel();
            let outcome = std::thread::scope(|scope| {
                let end = scope.spawn(|| {
                    tell.send(thread_id()).unwrap();
                    call(&client)
                });
                let thread = told.recv().unwrap();
                wait_for("look-up", || resolving() == 1 && waits(thread));
                client.cancel();
                end.join().unwrap()
            });
            fails(outcome, MOMO_CANCELLED, &[]);
            assert_eq!(resolving(), 1, "the call has not waited for its end");
        }
    });
}

#[test]
fn an_address_is_kept_for_the_process_and_dropped_when_it_cannot_be_reached() {
    with_names("", || {
        let (here, nobody) = (Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 0, 0, 9));
        let server = NameServer::start(&[("gateway.test", nobody)]);
        let gateway = Gateway::start().unwrap();
        let config = at(&gateway, "gateway.test");
        fails(config.client().create(), MOMO_CONNECT_FAILED, &[]);
        // Asked again at once, though the first response is not yet old.
        server.change(&[("gateway.test", here)]);
        config.client().create().unwrap();
        let asked = server.asked();
        // New connections of new clients, and the name server could say what it likes.
        server.change(&[("gateway.test", nobody)]);
        for _ in 0..5 {
            config.client().create().unwrap();
        }
        assert_eq!((server.asked(), gateway.connection_count()), (asked, 6));
        // A retry within one call looks up again too.
        let client = config.set("max_attempts", "2").client();
        drop(gateway);
        fails(client.create(), MOMO_CONNECT_FAILED, &["127.0.0.9"]);
        assert!(server.asked() > asked);
    });
}

#[test]
fn a_warm_call_and_a_numeric_host_start_no_thread_and_look_nothing_up() {
    const MARK: &str = "/here/begins/what/is/watched";
    if case().is_some() {
        let base_url = crate::child::var("BASE_URL");
        let config = Config::with_credentials(&base_url, &crate::child::var("CA"));
        config.set("proxy", "none");
        let client = config.client();
        let numeric = base_url.contains("127.0.0.1");
        if !numeric {
            client.create().unwrap();
        }
        let _ = std::fs::metadata(MARK);
        for _ in 0..20 {
            client.create().unwrap();
        }
        // A new connection too.
        config.client().create().unwrap();
        let _ = std::fs::metadata(MARK);
        return;
    }
    let gateway = Gateway::start().unwrap();
    for base_url in [gateway.base_url(), gateway.base_url_ip()] {
        let scratch = Scratch::new();
        let log = scratch.path("strace");
        let calls = "clone,clone3,vfork,open,openat,connect,statx,stat,newfstatat,socket";
        let strace = format!("strace -f -e trace={calls} -o");
        let mut child = again(|| (), "x");
        child.under([&log]).under(strace.split(' '));
        child.env("BASE_URL", &base_url);
        child.env("CA", gateway.ca_path()).passes();
        let calls = std::fs::read_to_string(log).unwrap();
        let watched = calls.split(MARK).nth(1).unwrap();
        assert!(watched.contains("connect("), "{watched}");
        for never in ["clone", "vfork", "/etc/", "nscd", "AF_UNIX", "SOCK_DGRAM"] {
            assert!(!watched.contains(never), "{never}: {watched}");
        }
        let connects = usize::from(base_url.contains("127.0.0.1")) + 1;
        assert_eq!(watched.matches(" connect(").count(), connects, "{watched}");
    }
}
