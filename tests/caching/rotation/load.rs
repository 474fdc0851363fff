//! Files that are replaced while threads ask.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{FILES, config, first, ms, numbered, pair, pairs, texts, write};
use crate::child::wait_for;
use momo_mock_gateway::Credentials;

/// The ways in which files are replaced.
fn replace(way: u64, folder: &Path, credentials: &Credentials) {
    match way % 2 {
        // Kubernetes: each file is a link into a directory to which one link leads.
        0 => {
            let version = folder.join(format!("..{}", credentials.api_user));
            std::fs::create_dir(&version).unwrap();
            write(&version, credentials);
            let link = folder.join("..next");
            std::os::unix::fs::symlink(&version, &link).unwrap();
            std::fs::rename(link, folder.join("..data")).unwrap();
            for name in FILES {
                let link = folder.join(format!("..{name}"));
                std::os::unix::fs::symlink(folder.join("..data").join(name), &link).unwrap();
                std::fs::rename(link, folder.join(name)).unwrap();
            }
        }
        // Editors, Vault agent: one file after the other, the user first.
        _ => {
            for (name, text) in FILES.iter().zip(texts(credentials)) {
                let new = folder.join("new");
                std::fs::write(&new, text).unwrap();
                std::fs::rename(new, folder.join(name)).unwrap();
                std::thread::sleep(ms(100));
            }
        }
    }
}

#[test]
fn under_load_no_mixed_pair_is_sent_and_no_call_fails_however_files_are_replaced() {
    const ROTATIONS: u64 = 6;
    let (gateway, scratch) = first();
    let folder = scratch.path("");
    let config = config(&gateway, &folder);
    // Any credentials get a token there: a machine that is slow between two steps fails no call.
    let any = gateway.base_url() + "/token-cut-at-99999-200";
    let client = config.set("base_url", &any).client();
    let clones = [client.cloned(), client.cloned()];
    client.get().unwrap();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for n in 0..8 {
            let client = [&client, &clones[0], &clones[1]][n % 3];
            let is_over = &is_over;
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    // Half of the threads send a request each time.
                    let outcome = if n < 4 { client.get() } else { client.create() };
                    outcome.unwrap();
                    std::thread::sleep(ms(if n < 4 { 1 } else { 20 }));
                }
            });
        }
        for n in 2..2 + ROTATIONS {
            replace(n, &folder, &numbered(n));
            let sent = || pairs(&gateway).last() == Some(&pair(&numbered(n)));
            wait_for("request with the new pair", sent);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let sent: HashSet<String> = pairs(&gateway).into_iter().collect();
    let all: HashSet<String> = (1..2 + ROTATIONS).map(|n| pair(&numbered(n))).collect();
    assert_eq!(sent, all);
}
