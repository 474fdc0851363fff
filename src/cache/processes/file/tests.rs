use super::*;
use crate::test_directory::TestDirectory;

const NAME: &str = "name";

/// A directory takes no more time than it needs.
fn over() -> Limits {
    Limits::until(crate::Deadline::now())
}

/// What a store has in a directory that it has made, and the operations of a test upon it.
pub(super) struct Opened {
    directory: TestDirectory,
    store: Arc<FileStore>,
}

impl Opened {
    pub(super) fn new() -> Self {
        let directory = TestDirectory::new();
        let store = FileStore::open(&directory.path("tokens")).unwrap();
        Self {
            directory,
            store: Arc::new(store),
        }
    }

    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.directory.path("tokens").join(file)
    }

    /// The names of all files, in order.
    pub(super) fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.path("")).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    pub(super) fn write(&self, sealed: &[u8]) {
        let [since_issue, left] = [0, 60].map(Duration::from_secs);
        let age = Age { since_issue, left };
        let written = self.store.write_token(NAME, sealed, age, &over());
        assert!(written.is_ok());
    }

    fn fail(&self, sealed: &[u8]) {
        let written = self.store.write_failure(NAME, sealed, ABANDONED, &over());
        assert!(written.is_ok());
    }

    pub(super) fn token(&self) -> Option<Vec<u8>> {
        self.read().0
    }

    /// The token and the failure.
    fn read(&self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        let found = self.store.read(NAME, &over());
        let Values { token, failure } = found.ok().unwrap();
        (token.map(|t| t.sealed), failure.map(|f| f.sealed))
    }

    pub(super) fn lock(&self) -> Option<Lock> {
        let lock = Arc::clone(&self.store).lock(NAME, &over());
        lock.ok().unwrap()
    }
}

#[test]
fn a_token_ends_a_failure_and_a_failure_leaves_it() {
    let opened = Opened::new();
    assert_eq!(opened.read(), (None, None));
    opened.fail(b"failure");
    assert_eq!(opened.read(), (None, Some(b"failure".to_vec())));
    opened.write(b"token");
    assert_eq!(opened.read(), (Some(b"token".to_vec()), None));
    opened.write(b"newer");
    assert_eq!(opened.token().unwrap(), b"newer");
    // A failure after it says that there was one, and the token stays in use.
    opened.fail(b"failure");
    let both = (Some(b"newer".to_vec()), Some(b"failure".to_vec()));
    assert_eq!(opened.read(), both);
    assert_eq!(opened.files(), ["name.failure", "name.token"]);
}

#[test]
fn a_token_is_removed_where_it_is_still_the_same() {
    let opened = Opened::new();
    opened.write(b"token");
    let remove = |sealed| {
        let removed = opened.store.remove_token(NAME, sealed, &over());
        assert!(removed.is_ok());
    };
    remove(b"former".as_slice());
    assert_eq!(opened.token().unwrap(), b"token");
    remove(b"token");
    assert_eq!(opened.token(), None);
    assert!(opened.files().is_empty());
}

#[test]
fn what_is_larger_than_any_value_is_none() {
    let opened = Opened::new();
    opened.write(b"");
    assert_eq!(opened.token().unwrap(), b"");
    opened.write(&[7; MAX_VALUE_BYTES]);
    assert_eq!(opened.token().unwrap(), [7; MAX_VALUE_BYTES]);
    opened.write(&[7; MAX_VALUE_BYTES + 1]);
    assert_eq!(opened.token(), None);
}

#[test]
fn one_at_a_time_has_the_lock_and_leaves_nothing_behind() {
    let opened = Opened::new();
    let first = opened.lock();
    assert!(first.is_some());
    assert_eq!(opened.files(), ["name.lock"]);
    assert!(opened.lock().is_none());
    drop(first);
    assert!(opened.files().is_empty());
    assert!(opened.lock().is_some());
}

#[test]
fn names_of_temporary_files_are_unlike_each_other() {
    let [first, second] = [(); 2].map(|()| temporary_file("name.token").unwrap());
    assert_ne!(first, second);
    assert!(first.starts_with("name.token.") && first.ends_with(".tmp"));
}
