//! Redis servers that refuse a command: each is told of with what to do.

use super::setups::logged;
use crate::child::{Program, Scratch, free_port};
use crate::common::Gateway;
use crate::redis_server::RedisServer;

/// What is told of a cache that cannot be used.
fn told_of(cache: &str) -> String {
    let gateway = Gateway::start().unwrap();
    let (client, log) = logged(&gateway, cache);
    client.create().unwrap();
    client.get().unwrap();
    let text = log.text();
    let lines = text.lines().filter(|line| line.contains("cannot be used"));
    lines.collect()
}

#[test]
fn a_server_that_refuses_a_command_is_told_of_with_what_to_do() {
    const ALL: &str = "+eval +get +set +del +pttl +time +select";
    const COMMANDS: &str = "allow this user the commands EVAL, GET, SET, DEL, PTTL, TIME and, with a \
                            database, SELECT";
    const LOGIN: &str = "check user, password and database in cache";
    const CLUSTER: &str = "it is part of a cluster";
    let without = |missing: &str| {
        let commands = ALL.replace(missing, "");
        format!("--user payer on >s3cr3t ~libmomo:* {commands}")
    };
    let other_keys = format!("--user payer on >s3cr3t ~tokens:* {ALL}");
    // Without a port of its own, which is 10,000 above the other and may be none.
    let cluster = format!("--cluster-enabled yes --cluster-port {}", free_port());
    #[rustfmt::skip]
    let rows = [
        (&*without("+time"), "payer:s3cr3t@", "", COMMANDS),
        (&without("+eval"), "payer:s3cr3t@", "", COMMANDS),
        (&without("+select"), "payer:s3cr3t@", "/2", COMMANDS),
        (&other_keys, "payer:s3cr3t@", "", "allow this user the keys libmomo:*"),
        (&without("none"), "payer:wr0ng@", "", LOGIN),
        ("", ":s3cr3t@", "", LOGIN),
        ("--requirepass s3cr3t", "", "", LOGIN),
        ("", "", "/99", LOGIN),
        ("--rename-command EVAL RUN", "", "", "refused EVAL (ERR); it does not know this command"),
        (&cluster, "", "", CLUSTER),
        (&cluster, "", "/2", CLUSTER),
        ("--rename-command SET PUT", "", "", "have GET, SET, DEL, PTTL and TIME keep their names"),
        ("--min-replicas-to-write 1", "", "", "see min-replicas-to-write"),
        ("--replicaof 127.0.0.1 1", "", "", "it is a replica"),
        ("--maxmemory 1", "", "", "it has no memory left"),
        ("--maxclients 1", "", "", "raise maxclients"),
    ];
    for (arguments, user_info, database, expected) in rows {
        let server = RedisServer::started_with(arguments);
        // This one is the client that is let in.
        let _only = arguments.contains("maxclients").then(|| server.connected());
        let url = server.url().replace("//", &format!("//{user_info}"));
        let said = told_of(&(url + database));
        assert!(said.contains(expected), "{arguments}: {said}");
        let is_secret = said.contains("s3cr3t") || said.contains("wr0ng");
        assert!(!is_secret, "{said}");
    }
}

#[test]
fn a_sentinel_is_told_of_as_one() {
    let primary = RedisServer::start();
    let (scratch, port) = (Scratch::new(), free_port());
    let monitored = format!("sentinel monitor tokens 127.0.0.1 {} 1\n", primary.port);
    let file = scratch.write("sentinel.conf", format!("port {port}\n{monitored}"));
    let mut command = std::process::Command::new("redis-server");
    command.arg(file);
    command.args(["--sentinel", "--logfile", "/dev/null"]);
    let _sentinel = Program::serving(&mut command, port);
    for database in ["", "/2"] {
        let said = told_of(&format!("redis://127.0.0.1:{port}{database}"));
        let is_named = said.contains("it is a sentinel, which keeps no values");
        let advice = said.contains("give the address of the primary");
        assert!(is_named && advice, "{said}");
    }
}
