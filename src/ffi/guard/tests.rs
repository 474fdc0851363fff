use super::*;

#[test]
fn a_panic_becomes_an_internal_error_that_shows_nothing() {
    let mut error = std::ptr::null_mut();
    // SAFETY: `error` is a pointer of this test's own.
    let status = unsafe { call(&raw mut error, || panic!("the secret is k3y")) };
    assert_eq!(status, momo_status::MOMO_INTERNAL);
    // SAFETY: the call above failed, so it handed an error out.
    let message = unsafe { std::ffi::CStr::from_ptr((*error).message) };
    assert!(!message.to_str().unwrap().contains("k3y"));
    // SAFETY: handed out above and not freed yet.
    unsafe { super::super::momo_free_error(error) };
}
