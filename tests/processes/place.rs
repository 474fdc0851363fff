//! Where the processes of a test share tokens.
#![allow(dead_code, unreachable_pub)] // not every system has all tests of it

use std::path::{Path, PathBuf};

use crate::child::{Scratch, wait_for};
use crate::redis_server::RedisServer;

/// Gone with the test.
pub enum Place {
    File(Scratch),
    Redis(RedisServer),
}

impl Place {
    pub fn file() -> Self {
        Self::File(Scratch::new())
    }

    pub fn redis() -> Self {
        Self::Redis(RedisServer::start())
    }

    /// For what is the same in both, and waits for most of its time: at once.
    pub fn both(test: impl Fn(&Self) + Sync) {
        std::thread::scope(|scope| {
            scope.spawn(|| test(&Self::file()));
            scope.spawn(|| test(&Self::redis()));
        });
    }

    /// One after the other.
    pub fn each(test: impl Fn(&Self)) {
        test(&Self::file());
        test(&Self::redis());
    }

    /// The option `cache`.
    pub fn option(&self) -> String {
        let [option, _] = self.options();
        option
    }

    /// Two names of it: a client of each has a memory of its own, as a process has.
    pub fn options(&self) -> [String; 2] {
        match self {
            // Links are refused.
            Self::File(scratch) => {
                std::fs::create_dir_all(scratch.path("again")).unwrap();
                ["tokens", "again/../tokens"]
                    .map(|path| format!("file:{}", scratch.path(path).display()))
            }
            Self::Redis(server) => server.urls(),
        }
    }

    /// The number in the statistics.
    pub fn origin(&self) -> i64 {
        match self {
            Self::File(_) => 2,
            Self::Redis(_) => 3,
        }
    }

    /// The files of the directory whose names end so.
    pub fn files(&self, end: &str) -> Vec<PathBuf> {
        let Self::File(scratch) = self else {
            panic!("it has none")
        };
        files(&scratch.path("tokens"), end)
    }

    pub fn has_token(&self) -> bool {
        match self {
            Self::File(_) => !self.files(".token").is_empty(),
            Self::Redis(server) => server.keys().iter().any(|key| key.ends_with(":token")),
        }
    }

    /// A call may have its token before others can see it.
    pub fn wait_for_token(&self) {
        wait_for("token that is shared", || self.has_token());
    }
}

/// The files of a directory whose names end so.
pub fn files(directory: &Path, end: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.to_string_lossy().ends_with(end))
        .collect()
}
