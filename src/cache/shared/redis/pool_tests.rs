use super::super::test_server::{TestServer, soon};
use super::*;
use ::redis::cmd;
use std::time::Instant;

fn pool(server: &TestServer) -> Pool {
    Pool::new(server.connector())
}

fn run(pool: &Pool) -> Result<Value, StoreError> {
    pool.run(&cmd("PING"), soon())
}

fn reason(outcome: Result<Value, StoreError>) -> Option<String> {
    match outcome.err().unwrap() {
        StoreError::Failed(why) => Some(why),
        StoreError::LeftAlone => None,
    }
}

#[test]
fn commands_share_a_connection_until_the_server_closes_it() {
    let server = TestServer::start(&[&[":1\r\n", ":2\r\n"], &[":3\r\n"]]);
    let pool = pool(&server);
    for n in 1..=3 {
        if n == 3 {
            let slot = pool.slot.get_or(Slot::default);
            let mut turn = slot.take(soon()).ok().unwrap();
            while turn.connection.as_mut().unwrap().is_open() {
                std::thread::yield_now();
            }
        }
        assert_eq!(run(&pool).ok(), Some(Value::Int(n)));
    }
    assert_eq!(server.commands().len(), 3);
}

#[test]
fn a_server_that_failed_is_left_alone_for_a_while() {
    let server = TestServer::start(&[&["-OOM\r\n"]]);
    let pool = pool(&server);
    assert!(reason(run(&pool)).unwrap().contains("(OOM)"));
    assert_eq!(reason(run(&pool)), None);
    let slot = pool.slot.get_or(Slot::default);
    let mut state = slot.state.lock();
    let left = state.left_alone_until.unwrap().left();
    assert!(left > LEFT_ALONE - Duration::from_secs(2) && left <= LEFT_ALONE);
    // And its connection is not used again.
    assert!(state.connection.is_none() && !state.in_use);
    state.left_alone_until = Some(Deadline::now());
    drop(state);
    assert!(reason(run(&pool)).is_some());
}

#[test]
fn a_caller_in_a_hurry_says_nothing_about_the_server() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut server = TestServer::start(&[]);
    server.url.port = listener.local_addr().unwrap().port();
    let pool = pool(&server);
    assert_eq!(reason(pool.run(&cmd("PING"), Deadline::now())), None);
    let hurried = pool.run(&cmd("PING"), Deadline::after(Duration::from_millis(150)));
    assert!(reason(hurried).unwrap().contains("in time"));
    let slot = pool.slot.get_or(Slot::default);
    assert_eq!(slot.state.lock().left_alone_until, None);
    // With time left, the server is what is slow.
    let begin = Instant::now();
    assert!(reason(run(&pool)).unwrap().contains("in time"));
    assert!(begin.elapsed() >= LONGEST);
    assert_eq!(reason(run(&pool)), None);
}

#[test]
fn one_caller_at_a_time_has_the_connection() {
    let server = TestServer::start(&[&[":1\r\n"]]);
    let pool = pool(&server);
    let slot = pool.slot.get_or(Slot::default);
    let turn = slot.take(soon()).ok().unwrap();
    let late = slot.take(Deadline::after(Duration::from_millis(20)));
    assert!(matches!(late, Err(StoreError::Failed(why)) if why.contains("for too long")));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| slot.take(soon()).is_ok());
        std::thread::sleep(Duration::from_millis(20));
        drop(turn);
        assert!(waiting.join().unwrap());
    });
    assert_eq!(run(&pool).ok(), Some(Value::Int(1)));
}
