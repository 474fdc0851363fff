use super::*;
use Status as S;

#[test]
fn every_status_of_a_request_is_in_the_group_that_the_header_says() {
    use FailureGroup as G;
    for (status, group) in [
        (S::MOMO_RESOLVE_FAILED, Some(G::Network)),
        (S::MOMO_CONNECT_FAILED, Some(G::Network)),
        (S::MOMO_TLS_FAILED, Some(G::Network)),
        (S::MOMO_TIMED_OUT, Some(G::Network)),
        (S::MOMO_CONNECTION_LOST, Some(G::Network)),
        (S::MOMO_CANCELLED, None),
        (S::MOMO_UNAUTHORIZED, Some(G::Credentials)),
        (S::MOMO_SUBSCRIPTION_KEY_REFUSED, Some(G::Credentials)),
        (S::MOMO_FORBIDDEN, Some(G::Credentials)),
        (S::MOMO_RATE_LIMITED, Some(G::RateLimit)),
        (S::MOMO_SERVER_ERROR, Some(G::Server)),
        (S::MOMO_UNEXPECTED_STATUS, Some(G::Response)),
        (S::MOMO_INVALID_RESPONSE, Some(G::Response)),
        (S::MOMO_INTERNAL, None),
    ] {
        assert_eq!(FailureGroup::of(status), group, "{status:?}");
    }
}
