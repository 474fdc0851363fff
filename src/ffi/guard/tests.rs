use super::*;

#[test]
fn a_panic_becomes_an_internal_error_that_shows_nothing() {
    let mut error = MaybeUninit::uninit();
    let status = call(Some(&mut error), || panic!("the secret is k3y"));
    assert_eq!(status, momo_status::MOMO_INTERNAL);
    // SAFETY: the call above failed, so it handed an error out; it is freed once.
    unsafe {
        let error: Option<NonNull<momo_error>> = error.assume_init();
        let message = CStr::from_ptr(error.unwrap().as_ref().message);
        assert!(!message.to_str().unwrap().contains("k3y"));
        super::super::momo_free_error(error);
    }
}
