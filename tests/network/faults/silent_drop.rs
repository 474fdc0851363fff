//! A route that swallows every packet, in both directions and without a word: a link between two
//! network namespaces, one end of which is down.

use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use crate::child::{self, wait_for};
use crate::common::*;
use crate::names::{at, with_names};

const HERE: &str = "10.80.0.1/24";
const THERE: &str = "10.80.0.2/24";
const HOSTS: &str = "10.80.0.2 gateway.test\n";

fn ip(arguments: &str) {
    let words = std::iter::once("ip").chain(arguments.split(' '));
    child::run(&words.collect::<Vec<_>>());
}

/// A gateway in a network namespace of its own, at the other end of a link.
struct Beyond {
    gateway: Gateway,
    /// To the one thread of this test that lives there.
    link: Sender<&'static str>,
    done: Receiver<()>,
}

impl Beyond {
    fn start() -> Self {
        let (link, commands) = channel();
        let (tell, done) = channel();
        let (started, gateway) = channel();
        let here = std::process::id();
        std::thread::spawn(move || {
            // SAFETY: concerns this thread and those that it starts.
            assert_eq!(unsafe { libc::unshare(libc::CLONE_NEWNET) }, 0);
            ip(&format!(
                "link add there type veth peer name here netns {here}"
            ));
            ip(&format!("addr add {THERE} dev there"));
            ip("link set there up");
            let listen: SocketAddr = ([10, 80, 0, 2], 0).into();
            let gateway = Gateway::builder().listen(listen).plain(false).start();
            started.send(gateway.unwrap()).unwrap();
            while let Ok(command) = commands.recv() {
                ip(command);
                tell.send(()).unwrap();
            }
        });
        let gateway = gateway.recv().unwrap();
        ip(&format!("addr add {HERE} dev here"));
        ip("link set here up");
        Self {
            gateway,
            link,
            done,
        }
    }

    fn set(&self, state: &'static str) {
        self.link.send(state).unwrap();
        self.done.recv().unwrap();
    }

    fn cut(&self) {
        self.set("link set there down");
    }

    /// Until the two ends have found each other again.
    fn mend(&self) {
        self.set("link set there up");
        let (address, moment) = (self.gateway.address(), ms(50));
        let reached = || TcpStream::connect_timeout(&address, moment).is_ok();
        wait_for("the route", reached);
    }

    fn config(&self) -> Config {
        at(&self.gateway, "gateway.test")
    }
}

/// A failure at this time, with these words.
fn late(client: &Client, time: Duration, words: &str) {
    let start = Instant::now();
    let error = client.create().unwrap_err();
    let spent = start.elapsed();
    assert_eq!(error.status, MOMO_TIMED_OUT, "{}", error.message);
    assert!(error.message.contains(words), "{}", error.message);
    let allowed = time.saturating_sub(ms(5))..time + SOON;
    assert!(allowed.contains(&spent), "{spent:?}: {}", error.message);
}

#[test]
fn a_route_that_swallows_packets_ends_the_call_on_time_at_every_place() {
    const NAME: &str =
        "silent_drop::a_route_that_swallows_packets_ends_the_call_on_time_at_every_place";
    with_names(NAME, HOSTS, || {
        let beyond = Beyond::start();
        let gateway = &beyond.gateway;
        let time = ms(2000);

        beyond.cut();
        let config = beyond.config();
        config.set("connect_timeout", "2s");
        late(&config.client(), time, "connecting");
        assert_eq!(gateway.request_count(), 0);

        // While the gateway thinks: its response never arrives.
        beyond.mend();
        gateway.set_delay(ms(60_000));
        let client = config.set("attempt_timeout", "2s").client();
        std::thread::scope(|scope| {
            let call = scope.spawn(|| late(&client, time, "waiting for the response"));
            wait_for("the request", || gateway.request_count() == 1);
            beyond.cut();
            call.join().unwrap();
        });
        assert_eq!(gateway.request_count(), 1);
    });
}

#[test]
fn a_kept_connection_over_a_route_that_swallows_packets_costs_one_attempt() {
    const NAME: &str =
        "silent_drop::a_kept_connection_over_a_route_that_swallows_packets_costs_one_attempt";
    with_names(NAME, HOSTS, || {
        let beyond = Beyond::start();
        let config = beyond.config();
        config.set("attempt_timeout", "2s").set("max_attempts", "2");
        let client = config.client();
        client.create().unwrap();
        beyond.cut();
        // Mended while the first attempt waits: the second has a connection of its own.
        std::thread::scope(|scope| {
            let call = scope.spawn(|| client.create().unwrap());
            std::thread::sleep(ms(500));
            beyond.mend();
            call.join().unwrap();
        });
        assert!((2..=3).contains(&beyond.gateway.request_count()));
        client.create().unwrap();
    });
}
