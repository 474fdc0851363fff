use super::super::super::store::Store;
use super::super::connection::COMMAND_TIMEOUT;
use super::super::test_server::{TestServer, listener, soon};
use super::*;
use crate::net::{Connection, Limits};
use crate::panics::catch_panic;
use std::io::{self, Read, Write};
use std::time::Instant;

fn server_of(url: &RedisUrl) -> Arc<Server> {
    Server::of(url, &Ca::Mozilla).ok().unwrap()
}

fn run(server: &Server) -> Result<Reply, StoreError> {
    server.run(&Command::new("PING", &[]), &soon())
}

fn reason(outcome: Result<Reply, StoreError>) -> Option<String> {
    match outcome.err().unwrap() {
        StoreError::Failed(why) => Some(why),
        _ => None,
    }
}

#[test]
fn clients_of_the_same_server_and_authorities_share_it_while_there_are_any() {
    let of = |database, ca: &Ca| {
        let url = RedisUrl {
            database,
            ..RedisUrl::default()
        };
        Server::of(&url, ca).ok().unwrap()
    };
    let first = of(0, &Ca::Mozilla);
    let others = [of(1, &Ca::Mozilla), of(0, &Ca::System)];
    assert!(others.iter().all(|other| !Arc::ptr_eq(other, &first)));
    let freed = others.map(|other| Arc::downgrade(&other));
    // They go when the next one is made.
    let _next = of(2, &Ca::Mozilla);
    let servers = SERVERS.load_full().unwrap();
    let is_kept = |freed: &Weak<_>| servers.iter().any(|server| server.ptr_eq(freed));
    assert!(!freed.iter().any(is_kept));
    assert!(Arc::ptr_eq(&first, &of(0, &Ca::Mozilla)));
}

#[test]
fn commands_share_a_connection_until_the_server_closes_it() {
    let peer = TestServer::start(&[&[":1\r\n", ":2\r\n"], &[":3\r\n"]]);
    let server = server_of(&peer.url);
    for n in 1..=3 {
        if n == 3 {
            let access = server.access.get_or(Access::default);
            let mut state = access.state.lock();
            while state.connection.as_mut().unwrap().is_open() {
                std::thread::yield_now();
            }
        }
        assert_eq!(run(&server).ok(), Some(Reply::Integer(n)));
    }
    assert_eq!(peer.commands().len(), 3);
}

#[test]
fn a_server_that_failed_is_left_alone_for_a_while() {
    let peer = TestServer::start(&[&["-OOM\r\n"]]);
    let server = server_of(&peer.url);
    assert!(reason(run(&server)).unwrap().contains("(OOM)"));
    assert_eq!(reason(run(&server)), None);
    let access = server.access.get_or(Access::default);
    let mut state = access.state.lock();
    let left = state.paused_until.unwrap().left();
    assert!(!left.is_zero() && left <= PAUSE_AFTER_FAILURE);
    // And its connection is not used again.
    assert!(state.connection.is_none() && !state.in_use);
    state.paused_until = Some(Deadline::now());
    drop(state);
    assert!(reason(run(&server)).is_some());
}

#[test]
fn a_caller_in_a_hurry_says_nothing_about_the_server() {
    let (_silent, url) = listener();
    let server = server_of(&url);
    let hurried = |deadline| {
        let limits = Limits::until(deadline);
        reason(server.run(&Command::new("PING", &[]), &limits))
    };
    assert_eq!(hurried(Deadline::now()), None);
    let told = hurried(Deadline::after(Duration::from_millis(150)));
    assert!(told.unwrap().contains("in time"));
    let access = server.access.get_or(Access::default);
    assert_eq!(access.state.lock().paused_until, None);
    // With time left, the server is what is slow.
    let begin = Instant::now();
    assert!(reason(run(&server)).unwrap().contains("in time"));
    assert!(begin.elapsed() >= COMMAND_TIMEOUT);
    assert_eq!(reason(run(&server)), None);
}

#[test]
fn one_caller_at_a_time_has_the_connection() {
    let peer = TestServer::start(&[&[":1\r\n"]]);
    let server = server_of(&peer.url);
    let access = server.access.get_or(Access::default);
    let guard = access.take(&soon()).ok().unwrap();
    let late = access.take(&soon().within(Duration::from_millis(20)));
    assert!(matches!(late, Err(StoreError::Failed(why)) if why.contains("for too long")));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| access.take(&soon()).is_ok());
        std::thread::sleep(Duration::from_millis(20));
        drop(guard);
        assert!(waiting.join().unwrap());
    });
    assert_eq!(run(&server).ok(), Some(Reply::Integer(1)));
}

#[test]
fn what_fails_on_a_kept_connection_is_run_again_on_a_new_one() {
    let peer = TestServer::start(&[&[":1\r\n", "-READONLY no\r\n"], &[":2\r\n"]]);
    let server = server_of(&peer.url);
    assert_eq!(run(&server).ok(), Some(Reply::Integer(1)));
    assert_eq!(run(&server).ok(), Some(Reply::Integer(2)));
    let access = server.access.get_or(Access::default);
    assert!(access.state.lock().paused_until.is_none());
    assert_eq!(peer.commands().len(), 3);
}

#[test]
fn a_new_connection_has_time_though_the_kept_one_has_used_all_of_its_own() {
    let (listener, url) = listener();
    let server = server_of(&url);
    let serving = std::thread::spawn(move || {
        // The first responds once, and is silent then.
        [":1\r\n", ":2\r\n"].map(|reply| {
            let mut stream = listener.accept().unwrap().0;
            stream.write_all(reply.as_bytes()).unwrap();
            stream
        })
    });
    assert_eq!(run(&server).ok(), Some(Reply::Integer(1)));
    let access = server.access.get_or(Access::default);
    // Of a server that is far away.
    let mut state = access.state.lock();
    state.connection.as_mut().unwrap().timeout = MAX_TIMEOUT;
    drop(state);
    assert_eq!(run(&server).ok(), Some(Reply::Integer(2)));
    serving.join().unwrap();
}

#[test]
fn what_is_owed_goes_with_the_next_command_that_arrives_and_once() {
    let peer = TestServer::start(&[&[":0\r\n", "-OOM no\r\n"], &[":0\r\n", ":1\r\n", ":2\r\n"]]);
    let server = server_of(&peer.url);
    server.owe(Command::new("DEL", &[]));
    assert!(reason(run(&server)).is_some());
    server.insist();
    assert_eq!(run(&server).ok(), Some(Reply::Integer(1)));
    assert_eq!(run(&server).ok(), Some(Reply::Integer(2)));
    let names = ["DEL", "PING", "DEL", "PING", "PING"];
    assert_eq!(peer.commands(), names.map(|name| [name]));
}

/// Of a connection with a fault of this library's own.
struct Panicking;

impl Read for Panicking {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        panic!("within a command")
    }
}

impl Write for Panicking {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        panic!("within a command")
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Connection for Panicking {
    fn limits(&mut self) -> &mut Limits {
        panic!("within a command")
    }

    fn has_spoken(&mut self) -> bool {
        false
    }

    fn is_open(&self) -> bool {
        true
    }
}

fn make_panic(server: &Server) {
    let access = server.access.get_or(Access::default);
    let mut state = access.state.lock();
    state.connection.as_mut().unwrap().stream = Box::new(Panicking);
}

#[test]
fn a_panic_ends_the_use_of_the_connection_and_what_is_owed_stays_so() {
    let peer = TestServer::start(&[&[":1\r\n"], &[":0\r\n", ":2\r\n"]]);
    let server = server_of(&peer.url);
    assert_eq!(run(&server).ok(), Some(Reply::Integer(1)));
    make_panic(&server);
    server.owe(Command::new("DEL", &[]));
    assert!(catch_panic(|| run(&server).is_ok()).is_none());
    assert_eq!(run(&server).ok(), Some(Reply::Integer(2)));
    assert_eq!(peer.commands(), ["PING", "DEL", "PING"].map(|name| [name]));
}

#[test]
fn a_panic_while_a_lock_is_given_back_ends_no_call_and_the_lock_is_owed() {
    let peer = TestServer::start(&[&[":1\r\n"], &[":1\r\n", ":2\r\n"]]);
    let server = server_of(&peer.url);
    let lock = Arc::clone(&server).lock("name", &soon()).ok().unwrap();
    make_panic(&server);
    assert!(catch_panic(|| drop(lock.unwrap())).is_some());
    assert_eq!(run(&server).ok(), Some(Reply::Integer(2)));
    let names = peer.commands().into_iter().map(|words| words[0].clone());
    assert_eq!(names.collect::<Vec<_>>(), ["EVAL", "EVAL", "PING"]);
}

#[test]
fn a_pause_is_ended_early_a_few_times_until_the_server_responds() {
    let refusals = [&["-OOM\r\n"][..]; MAX_INSISTENCE as usize + 1];
    let peer = TestServer::start(&[&refusals[..], &[&[":1\r\n"]]].concat());
    let server = server_of(&peer.url);
    let insisting = || {
        server.insist();
        run(&server)
    };
    for _ in 0..=MAX_INSISTENCE {
        assert!(reason(insisting()).is_some());
    }
    assert_eq!(reason(insisting()), None);
    let access = server.access.get_or(Access::default);
    access.state.lock().paused_until = Some(Deadline::now());
    assert_eq!(run(&server).ok(), Some(Reply::Integer(1)));
    assert_eq!(access.state.lock().insisted, 0);
    peer.commands();
}
