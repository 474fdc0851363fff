//! For tests: the entries of two processes that share tokens in one directory.

use super::entry::Entry;
use super::processes::{self, Processes};
use crate::net::Limits;
use crate::test_directory::TestDirectory;
use crate::test_settings::{credentials_of, settings_with};
use crate::{CallLog, Deadline, Now, Token};

pub(super) struct TwoProcesses {
    _directory: TestDirectory,
    pub(super) own: Entry,
    pub(super) other: Entry,
}

impl TwoProcesses {
    pub(super) fn new() -> Self {
        let directory = TestDirectory::new();
        let place = format!("file:{}", directory.path("tokens").display());
        let settings = settings_with(&[("cache", &place)]);
        let credentials = credentials_of(&settings);
        let entry = || {
            let store = processes::open(&settings).unwrap().unwrap();
            Entry::new(Some(Processes::new(&store, &settings, &credentials)))
        };
        Self {
            own: entry(),
            other: entry(),
            _directory: directory,
        }
    }

    /// The part of the entry of this process that others use, and that of the other.
    pub(super) fn shared(&self) -> [&Processes; 2] {
        [&self.own, &self.other].map(|entry| entry.processes.as_ref().unwrap())
    }

    /// The other process has a new token, "token", for an hour.
    pub(super) fn other_tells_token(&self) {
        let hour = Some(std::time::Duration::from_secs(3600));
        let token = Token::new("token", "access_token", hour, Now::read());
        self.shared()[1].tell(&token, &soon(), &mut CallLog::complete());
    }
}

/// More time than anything takes that ends by itself.
pub(super) fn soon() -> Limits {
    Limits::until(Deadline::after(std::time::Duration::from_secs(20)))
}
