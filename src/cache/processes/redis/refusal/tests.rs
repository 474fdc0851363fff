use super::*;

/// As servers of several versions send them; "s3cret" is what a server might repeat.
#[test]
fn each_error_is_explained_by_its_first_word_and_what_to_do() {
    #[rustfmt::skip]
    let rows = [
        ("ERR unknown command 'EVAL', with args beginning with: 'AUTH' 's3cret'", "ERR", "sentinel"),
        ("ERR unknown command `EVAL`, with args beginning with: `s3cret`", "ERR", "sentinel"),
        ("MOVED 1 s3cret:1", "MOVED", CLUSTER),
        ("ASK 1 s3cret:1", "ASK", CLUSTER),
        ("CLUSTERDOWN Hash slot not served", "CLUSTERDOWN", CLUSTER),
        ("ERR SELECT is not allowed in cluster mode", "ERR", CLUSTER),
        ("NOPERM this user has no permissions to access one of the keys used as arguments", "NOPERM", KEYS),
        ("NOPERM No permissions to access a key", "NOPERM", KEYS),
        ("ERR The user executing the script can't access at least one of the keys mentioned in the command arguments", "ERR", KEYS),
        ("NOPERM this user has no permissions to run the 'eval' command", "NOPERM", COMMANDS),
        ("NOPERM User s3cret has no permissions to run the 'eval' command", "NOPERM", COMMANDS),
        ("ERR The user executing the script can't run this command or subcommand script: 1f, on @user_script:1.", "ERR", COMMANDS),
        ("ERR ACL failure in script: User s3cret has no permissions to run the 'time' command", "ERR", COMMANDS),
        ("NOAUTH Authentication required.", "NOAUTH", LOGIN),
        ("WRONGPASS invalid username-password pair or user is disabled.", "WRONGPASS", LOGIN),
        ("ERR invalid password", "ERR", LOGIN),
        ("ERR Client sent AUTH, but no password is set", "ERR", LOGIN),
        ("ERR wrong number of arguments for 'auth' command", "ERR", LOGIN),
        ("ERR DB index is out of range", "ERR", LOGIN),
        ("READONLY You can't write against a read only replica.", "READONLY", REPLICA),
        ("MASTERDOWN Link with MASTER is down", "MASTERDOWN", REPLICA),
        ("ERR max number of clients reached", "ERR", "raise maxclients"),
        ("LOADING Redis is loading the dataset in memory", "LOADING", "reads its data"),
        ("OOM command not allowed when used memory > 'maxmemory'.", "OOM", "no memory left"),
        ("MISCONF Redis is configured to save RDB snapshots", "MISCONF", "its disk"),
        ("DENIED Redis is running in protected mode", "DENIED", "protected mode"),
        ("ERR Unknown Redis command called from script script: 1f, on @user_script:1.", "ERR", "keep their names"),
        ("NOREPLICAS Not enough good replicas to write.", "NOREPLICAS", "fewer replicas"),
        ("TRYAGAIN a s3cret", "TRYAGAIN", "see the server's log"),
        // No server's word: it may be a password.
        ("PASSWORD a s3cret", "no code", "see the server's log"),
    ];
    for (error, code, advice) in rows {
        let said = explained("EVAL", error);
        let words = format!("the server refused EVAL ({code}); ");
        assert!(said.starts_with(&words), "{said}");
        assert!(said.contains(advice), "{error}: {said}");
        assert!(!said.contains("s3cret"), "{said}");
    }
}
