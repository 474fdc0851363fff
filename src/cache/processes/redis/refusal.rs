//! Refusals: what the error replies of a Redis server mean, and what to do about them.

const LOGIN: &str = "check user, password and database in cache";
const COMMANDS: &str = "allow this user the commands EVAL, GET, SET, DEL, PTTL, TIME and, with a \
                        database, SELECT";
pub(super) const UNKNOWN: &str = "unknown command";
const KEYS: &str = "allow this user the keys libmomo:* (~libmomo:*)";
const CLUSTER: &str = "it is part of a cluster; give a server that is none";
const REPLICA: &str = "it is a replica; give the primary";

/// Words of error replies, of versions 5 to 8, and what to do. The first that are there count.
const ADVICE: &[(&[&str], &str)] = &[
    // This one repeats what was sent.
    (
        &[UNKNOWN],
        "it does not know this command; have the command keep its name, and if it is a sentinel, give \
         the address of the primary",
    ),
    (
        &["nknown Redis command"],
        "it does not know a command of its script; have GET, SET, DEL, PTTL and TIME keep their names",
    ),
    (&["cluster", "CLUSTER", "MOVED", "ASK"], CLUSTER),
    (&["of the keys", "access a key"], KEYS),
    (&["permissions", "can't run", "NOPERM"], COMMANDS),
    (&["AUTH", "'auth'", "WRONGPASS"], LOGIN),
    (&["invalid password", "DB index"], LOGIN),
    (&["READONLY", "MASTERDOWN"], REPLICA),
    (
        &["max number of clients"],
        "it has as many clients as it takes; raise maxclients",
    ),
    (&["LOADING"], "it reads its data, and is used once it has"),
    (
        &["OOM"],
        "it has no memory left; give it more, or have it evict keys",
    ),
    (
        &["NOREPLICAS"],
        "it has fewer replicas than it takes for a write; see min-replicas-to-write",
    ),
    (&["MISCONF"], "it cannot write to its disk; see its log"),
    (
        &["DENIED"],
        "it is in protected mode; give it a user and a password",
    ),
];

/// What the errors of a Redis server begin with.
const CODES: &str = "ASK BUSY CLUSTERDOWN DENIED ERR EXECABORT LOADING MASTERDOWN MISCONF MOVED \
    NOAUTH NOPERM NOREPLICAS NOSCRIPT OOM READONLY TRYAGAIN UNKILLABLE WRONGPASS WRONGTYPE";

/// The first word of an error says what it is; the rest may repeat what was sent.
pub(crate) fn explained(command: &str, error: &str) -> String {
    let is_there = |words: &[&str]| words.iter().any(|words| error.contains(words));
    let advice = ADVICE.iter().find(|(words, _)| is_there(words));
    let advice = advice.map_or("see the server's log", |(_, advice)| advice);
    // Anything else may be what was sent.
    let is_first = |code: &&str| error.split(' ').next() == Some(code);
    let code = CODES.split(' ').find(is_first).unwrap_or("no code");
    format!("the server refused {command} ({code}); {advice}")
}

#[cfg(test)]
mod tests;
