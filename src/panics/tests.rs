use super::*;

#[test]
fn a_panic_while_its_payload_is_dropped_does_not_get_out() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("again");
        }
    }
    assert!(catch_panic(|| std::panic::panic_any(Bomb)).is_none());
    assert_eq!(DEPTH.get(), 0);
}

/// The hook is the process's: the test runs itself again in one of its own.
#[test]
fn a_panic_within_a_call_prints_nothing_and_one_elsewhere_is_printed() {
    const CHILD: &str = "LIBMOMO_TEST_PANICKING_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let _ = catch_panic(|| panic!("within a call"));
        let _ = catch_unwind(|| panic!("elsewhere"));
        return;
    }
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--nocapture", "--exact"])
        .arg("panics::tests::a_panic_within_a_call_prints_nothing_and_one_elsewhere_is_printed")
        .env(CHILD, "1")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{printed}");
    assert!(printed.contains("elsewhere"), "{printed}");
    assert!(!printed.contains("within a call"), "{printed}");
}
