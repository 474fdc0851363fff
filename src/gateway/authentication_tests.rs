use super::*;

#[test]
fn an_authentication_is_made_once_and_goes_with_its_credentials() {
    let options = [
        ("api_user", "user"),
        ("api_key", "key"),
        ("subscription_key", "key"),
        ("proxy", "none"),
    ];
    let settings = Settings::of_options(&options).unwrap();
    let read = || Arc::new(settings.credentials.read(true).unwrap().0);
    let credentials = read();
    let current = CurrentAuthentication::new(&settings, Arc::clone(&credentials)).unwrap();
    let made_of = |credentials| current.made_of(&settings, credentials).unwrap();
    let first = Arc::downgrade(&made_of(Arc::clone(&credentials)));
    assert!(Arc::ptr_eq(
        &made_of(Arc::clone(&credentials)),
        &first.upgrade().unwrap()
    ));
    made_of(read());
    assert!(first.upgrade().is_none());
    assert_eq!(Arc::strong_count(&credentials), 1);
}
