//! Files that are replaced while threads ask.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{FILES, config, first, ms, numbered, pair, pairs, texts, write};
use crate::child::wait_for;
use momo_mock_gateway::Credentials;

/// The ways in which files are replaced.
fn replace(way: u64, folder: &Path, credentials: &Credentials) {
    match way % 3 {
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
        // Editors, Vault agent: one file after the other.
        1 => {
            for (name, text) in FILES.iter().zip(texts(credentials)) {
                let new = folder.join("new");
                std::fs::write(&new, text).unwrap();
                std::fs::rename(new, folder.join(name)).unwrap();
                std::thread::sleep(ms(100));
            }
        }
        // Shells: what is written is a part of it for a while, and nothing before.
        _ => {
            // The key first: whoever reads now has the former user and the new key.
            for (name, text) in FILES.iter().zip(texts(credentials)).rev() {
                use std::io::Write;
                let path: PathBuf = folder.join(name);
                // Not through a link of the first way.
                let _ = std::fs::remove_file(&path);
                let mut file = std::fs::File::create(path).unwrap();
                for part in [&text[..text.len() / 2], &text[text.len() / 2..]] {
                    std::thread::sleep(ms(30));
                    file.write_all(part.as_bytes()).unwrap();
                }
            }
        }
    }
}

#[test]
fn under_load_no_mixed_pair_is_sent_and_no_call_fails_however_files_are_replaced() {
    const ROTATIONS: u64 = 9;
    let (gateway, scratch) = first();
    // Long enough that a refused refresh is made up for: stale after 14 to 15 s.
    gateway.set_lifetime(ms(20_000));
    let folder = scratch.path("");
    let client = config(&gateway, &folder).client();
    let clones = [client.cloned(), client.cloned()];
    client.get().unwrap();
    let (is_over, calls) = (AtomicBool::new(false), [const { AtomicU64::new(0) }; 8]);
    std::thread::scope(|scope| {
        for (n, calls) in calls.iter().enumerate() {
            let client = [&client, &clones[0], &clones[1]][n % 3];
            let is_over = &is_over;
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    // Half of the threads send a request each time.
                    let outcome = if n < 4 { client.get() } else { client.create() };
                    outcome.unwrap();
                    calls.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(ms(if n < 4 { 1 } else { 20 }));
                }
            });
        }
        for n in 2..2 + ROTATIONS {
            // The gateway refuses the former pair before the new one is there.
            gateway.set_credentials(numbered(n));
            replace(n, &folder, &numbered(n));
            let sent = || pairs(&gateway).last() == Some(&pair(&numbered(n)));
            wait_for("request with the new pair", sent);
            // What is under way still has the former one, and may be refused once, not twice.
            let before = calls.each_ref().map(|calls| calls.load(Ordering::Relaxed));
            for (calls, before) in calls.iter().zip(before) {
                wait_for("two more calls", || {
                    calls.load(Ordering::Relaxed) > before + 1
                });
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let sent: HashSet<String> = pairs(&gateway).into_iter().collect();
    let all: HashSet<String> = (1..2 + ROTATIONS).map(|n| pair(&numbered(n))).collect();
    assert_eq!(sent, all);
    let calls = calls.iter().map(|calls| calls.load(Ordering::Relaxed));
    assert!(calls.sum::<u64>() > 1000);
}
