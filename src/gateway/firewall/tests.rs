use crate::error::Status as S;
use crate::gateway::response::tests::{failure_of, failure_with, response};
use crate::gateway::retry::Retry;

#[test]
fn a_firewall_is_recognised_under_any_status() {
    let page = "<html>Request Rejected 0. Support ID is: <b>123456</b> 789</html>";
    for status in [200, 403, 503] {
        let error = failure_of(&response(status, &[], page));
        assert_eq!(error.failure.status, S::MOMO_FORBIDDEN, "{status}");
        assert_eq!(error.failure.http_status, status);
        assert_eq!(error.failure.code, "123456");
        assert!(error.failure.message.contains("(support ID 123456)"));
        assert_eq!(error.retry, Retry::Never);
        assert_eq!(error.failure.retry_after_ms, -1);
        assert_eq!(error.failure.body.is_empty(), status == 200);
    }
    // What is longer than any number, and digits of something else, are no ID.
    for (id, code) in [
        ("18446744073709551615", "18446744073709551615"),
        ("184467440737095516150", ""),
        ("3f7a9c0b", ""),
        ("12a45b78cd9", ""),
    ] {
        let page = format!("Request Rejected, support ID: {id}.");
        let failure = failure_with(403, &page);
        assert_eq!(failure.code, code);
        assert_eq!(failure.body.contains(id), !code.is_empty(), "{failure:?}");
    }
    let failure = failure_with(403, "Request Rejected 12");
    assert_eq!(failure.code, "");
    assert!(!failure.message.contains("(support ID"));
}
