//! Redis servers that refuse a command: each is told of with what to do.

use super::setups::logged;
use crate::child::{self, Scratch, free_port};
use crate::common::Gateway;
use crate::redis_server::RedisServer;

/// What is told of a server with these arguments.
fn told(arguments: &str, user_info: &str, database: &str) -> String {
    let words: Vec<_> = arguments.split_whitespace().collect();
    let server = RedisServer::with(Scratch::new(), free_port(), &words);
    told_of(&format!(
        "redis://{user_info}127.0.0.1:{}{database}",
        server.port
    ))
}

fn told_of(cache: &str) -> String {
    let gateway = Gateway::start().unwrap();
    let (client, log) = logged(&gateway, cache);
    client.create().unwrap();
    client.get().unwrap();
    let lines = log.lines();
    let lines = lines
        .iter()
        .filter(|(_, line)| line.contains("cannot be used"));
    let text: Vec<_> = lines.map(|(_, line)| line.as_str()).collect();
    text.join("\n")
}

#[test]
fn a_server_that_refuses_a_command_is_told_of_with_what_to_do() {
    let user = |rights: &str| format!("--user payer on >s3cr3t {rights}");
    let all = "+eval +get +set +del +pttl +time +select";
    let limited = |missing: &str| all.replace(missing, "");
    let commands = "allow this user the commands EVAL, GET, SET, DEL, PTTL, TIME and, with a \
                    database, SELECT";
    let login = "check user, password and database in cache";
    #[rustfmt::skip]
    let rows = [
        (user(&format!("~libmomo:* {}", limited("+time"))), "payer:s3cr3t@", "", commands),
        (user(&format!("~libmomo:* {}", limited("+eval"))), "payer:s3cr3t@", "", commands),
        (user(&format!("~libmomo:* {}", limited("+select"))), "payer:s3cr3t@", "/2", commands),
        (user(&format!("~tokens:* {all}")), "payer:s3cr3t@", "", "allow this user the keys libmomo:*"),
        (user(&format!("~libmomo:* {all}")), "payer:wr0ng@", "", login),
        (String::new(), ":s3cr3t@", "", login),
        ("--requirepass s3cr3t".to_owned(), "", "", login),
        (String::new(), "", "/99", login),
        ("--rename-command EVAL RUN".to_owned(), "", "", "refused EVAL (ERR); it does not know this command"),
        (
            // Without one of its own, which is 10,000 above the other and may be none.
            format!("--cluster-enabled yes --cluster-port {}", free_port()),
            "",
            "",
            "it is part of a cluster",
        ),
        (format!("--cluster-enabled yes --cluster-port {}", free_port()), "", "/2", "it is part of a cluster"),
        ("--rename-command SET PUT".to_owned(), "", "", "have GET, SET, DEL, PTTL and TIME keep their names"),
        ("--min-replicas-to-write 1".to_owned(), "", "", "see min-replicas-to-write"),
        ("--replicaof 127.0.0.1 1".to_owned(), "", "", "it is a replica"),
        ("--maxmemory 1".to_owned(), "", "", "it has no memory left"),
        // The test's own connections are the two that are let in.
        ("--maxclients 1".to_owned(), "", "", "raise maxclients"),
    ];
    for (arguments, user_info, database, expected) in rows {
        let said = if arguments.contains("maxclients") {
            let words: Vec<_> = arguments.split_whitespace().collect();
            let server = RedisServer::with(Scratch::new(), free_port(), &words);
            let _only = server.connected();
            told_of(&server.url())
        } else {
            told(&arguments, user_info, database)
        };
        assert!(said.contains(expected), "{arguments}: {said}");
        assert!(
            !said.contains("s3cr3t") && !said.contains("wr0ng"),
            "{said}"
        );
    }
}

#[test]
fn a_sentinel_is_told_of_as_one() {
    let primary = RedisServer::start();
    let (scratch, port) = (Scratch::new(), free_port());
    let monitored = format!(
        "port {port}\nsentinel monitor tokens 127.0.0.1 {} 1\n",
        primary.port
    );
    let file = scratch.write("sentinel.conf", monitored);
    let mut command = std::process::Command::new("redis-server");
    command.args([
        file.to_str().unwrap(),
        "--sentinel",
        "--logfile",
        "/dev/null",
    ]);
    let _sentinel = child::Program::serving(&mut command, port);
    for database in ["", "/2"] {
        let said = told_of(&format!("redis://127.0.0.1:{port}{database}"));
        assert!(
            said.contains("it is a sentinel, which keeps no values"),
            "{said}"
        );
        assert!(said.contains("give the address of the primary"), "{said}");
    }
}
