//! For tests: the entries of two processes that share tokens in one directory.

use super::entry::Entry;
use super::processes::{self, Processes};
use crate::config::Settings;
use crate::test_directory::TestDirectory;

pub(super) struct TwoProcesses {
    /// With the shared one in it, `tokens`.
    pub(super) directory: TestDirectory,
    pub(super) own: Entry,
    pub(super) other: Entry,
}

impl TwoProcesses {
    pub(super) fn new() -> Self {
        let directory = TestDirectory::new();
        let place = format!("file:{}", directory.path("tokens").display());
        let settings = Settings::of_options(&[
            ("api_user", "user"),
            ("api_key", "key"),
            ("subscription_key", "subscription"),
            ("proxy", "none"),
            ("cache", &place),
        ])
        .unwrap();
        let (credentials, _) = settings.credentials.read(false).unwrap();
        let entry = || {
            let store = processes::open(&settings).unwrap().unwrap();
            Entry::new(Some(Processes::new(&store, &settings, &credentials)))
        };
        Self {
            own: entry(),
            other: entry(),
            directory,
        }
    }
}
