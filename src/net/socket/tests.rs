#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::TcpListener;

use super::*;
use crate::Deadline;

const LONG: Duration = Duration::from_secs(20);

fn connected() -> (Socket, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let limits = Limits::until(Deadline::after(LONG));
    let socket = Socket::connect("127.0.0.1", port, true, limits).unwrap();
    (socket, listener.accept().unwrap().0)
}

fn until(mut is_so: impl FnMut() -> bool) {
    let end = Deadline::after(LONG);
    while !is_so() {
        assert!(!end.has_passed(), "it never was");
        std::thread::yield_now();
    }
}

#[test]
fn a_connection_is_open_until_the_peer_speaks_unasked_or_closes() {
    let (mut socket, mut peer) = connected();
    assert!(socket.is_open() && !socket.has_spoken());
    peer.write_all(b"x").unwrap();
    until(|| socket.has_spoken());
    assert!(!socket.is_open());
    let (mut socket, peer) = connected();
    drop(peer);
    until(|| !socket.is_open());
    assert!(!socket.has_spoken());
}

#[test]
fn a_connection_that_the_peer_resets_is_lost_and_does_not_just_end() {
    let (mut socket, peer) = connected();
    let linger = SockRef::from(&peer).set_linger(Some(Duration::ZERO));
    linger.unwrap();
    drop(peer);
    let error = socket.read(&mut [0]).unwrap_err();
    let error: TransportError = error.downcast().unwrap();
    assert_eq!(error.kind, Kind::ConnectionLost);
}

/// Or a call that waits takes all of a processor.
#[cfg(target_os = "linux")]
#[test]
fn a_wait_sleeps_again_and_again_until_its_time_is_up() {
    let sleeps = || -> u64 {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let (_, count) = status.rsplit_once("\nvoluntary_ctxt_switches:").unwrap();
        count.lines().next().unwrap().trim().parse().unwrap()
    };
    let (mut socket, _peer) = connected();
    socket.limits.deadline = Deadline::after(20 * MAX_WAIT);
    let before = sleeps();
    // Nobody reads it.
    while socket.write(&[0; 65_536]).is_ok() {}
    assert!(sleeps() - before > 2);
}

/// No connection of TCP leads to a broadcast address, and the kernel says so at once.
#[test]
fn an_address_that_takes_no_connection_is_an_error_before_any_wait() {
    assert!(start(([255, 255, 255, 255], 443).into()).is_err());
}

#[cfg(unix)]
#[test]
fn a_unix_socket_whose_queue_is_full_is_waited_for_until_there_is_room_or_a_cancellation() {
    let directory = crate::test_directory::TestDirectory::new();
    let path = directory.path("socket");
    let address = socket2::SockAddr::unix(&path).unwrap();
    let socket = || socket2::Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    let listener = socket();
    listener.bind(&address).unwrap();
    listener.listen(0).unwrap();
    let first = socket();
    first.connect(&address).unwrap();
    for is_cancelled in [true, false] {
        let limits = Limits::until(Deadline::after(Duration::from_secs(20)));
        let connected = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(100));
                if is_cancelled {
                    limits.cancellation.cancel();
                } else {
                    listener.accept().unwrap();
                }
            });
            Socket::connect_to_path(path.to_str().unwrap(), limits.clone()).is_ok()
        });
        assert_eq!(connected, !is_cancelled);
        assert!(!limits.deadline.has_passed());
    }
}
