use super::*;
use Status as S;

#[test]
fn every_status_of_a_request_is_in_the_group_that_the_header_says() {
    let stats = Stats::default();
    for (status, group) in [
        (S::MOMO_RESOLVE_FAILED, Some(&stats.network_failures)),
        (S::MOMO_CONNECT_FAILED, Some(&stats.network_failures)),
        (S::MOMO_TLS_FAILED, Some(&stats.network_failures)),
        (S::MOMO_TIMED_OUT, Some(&stats.network_failures)),
        (S::MOMO_CONNECTION_LOST, Some(&stats.network_failures)),
        (S::MOMO_CANCELLED, None),
        (S::MOMO_UNAUTHORIZED, Some(&stats.credential_failures)),
        (
            S::MOMO_SUBSCRIPTION_KEY_REFUSED,
            Some(&stats.credential_failures),
        ),
        (S::MOMO_FORBIDDEN, Some(&stats.credential_failures)),
        (S::MOMO_RATE_LIMITED, Some(&stats.rate_limit_failures)),
        (S::MOMO_SERVER_ERROR, Some(&stats.server_failures)),
        (S::MOMO_UNEXPECTED_STATUS, Some(&stats.response_failures)),
        (S::MOMO_INVALID_RESPONSE, Some(&stats.response_failures)),
        (S::MOMO_INTERNAL, None),
    ] {
        let counted = stats.failures(status).map(std::ptr::from_ref);
        assert_eq!(counted, group.map(std::ptr::from_ref), "{status:?}");
    }
}
