use super::*;
use crate::test_settings::settings_with;

#[test]
fn an_authentication_is_made_once_and_goes_with_its_credentials() {
    let fetcher = Fetcher::new(settings_with(&[])).unwrap();
    let credentials = fetcher.rotation.credentials();
    let made_of = |credentials: &Arc<_>| fetcher.authentication(Arc::clone(credentials));
    let first = Arc::downgrade(&made_of(&credentials));
    assert!(Arc::ptr_eq(
        &made_of(&credentials),
        &first.upgrade().unwrap()
    ));
    assert!(fetcher.next_entry.get().is_none());
    made_of(&Arc::new(Credentials::clone(&credentials)));
    assert!(first.upgrade().is_none());
    // The entry goes with them: here it is that of equals.
    let next = fetcher.next_entry.get().unwrap().load_full();
    let (next, first): (&Entry, &Entry) = (&next, &fetcher.first_entry);
    assert!(std::ptr::eq(next, first));
}
