use super::*;
use crate::test_directory::TestDirectory;
use crate::test_settings::settings_with;

#[test]
fn an_authentication_is_made_once_and_goes_with_its_credentials() {
    let fetcher = Fetcher::new(settings_with(&[])).unwrap();
    let credentials = fetcher.rotation.credentials();
    let made_of = |credentials: &Arc<_>| fetcher.authentication(Arc::clone(credentials));
    let first = Arc::downgrade(&made_of(&credentials));
    assert!(std::ptr::eq(&*made_of(&credentials), first.as_ptr()));
    assert!(fetcher.next_entry.get().is_none());
    made_of(&Arc::new(Credentials::clone(&credentials)));
    assert!(first.upgrade().is_none());
    // The entry goes with them: here it is that of equals.
    let next = fetcher.next_entry.get().unwrap().load_full();
    let (next, first): (&Entry, &Entry) = (&next, &fetcher.first_entry);
    assert!(std::ptr::eq(next, first));
}

#[test]
fn a_wait_for_others_ends_in_a_turn_unless_its_caller_is_gone() {
    let directory = TestDirectory::new();
    let place = directory.path("tokens");
    let cache = format!("file:{}", place.display());
    let fetcher = Fetcher::new(settings_with(&[("cache", &cache)])).unwrap();
    let (entry, plan) = (fetcher.entry(), Plan::full(&fetcher.settings));
    let (cancellation, log) = (Arc::default(), &mut CallLog::complete());
    let mut wait = || {
        let leader = entry.single_flight.lead(plan.deadline).ok().unwrap();
        let caller = &mut Caller {
            deadline: Some(plan.deadline),
            cancellation: &cancellation,
            waiting_since: None,
            log,
        };
        fetcher.wait_for_others(&entry, &leader, plan, caller)
    };
    assert!(matches!(wait(), Ok(Some(_))));
    // A turn that the store failed in is one, too: nobody tries that again.
    std::fs::remove_dir_all(&place).unwrap();
    std::fs::write(&place, "").unwrap();
    assert!(matches!(wait(), Ok(Some(_))));
    cancellation.cancel();
    assert!(matches!(wait(), Err(Step::LookAgain)));
}
