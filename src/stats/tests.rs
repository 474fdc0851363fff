use super::*;
use Status as S;

#[test]
fn every_status_of_a_request_is_in_the_group_that_the_header_says() {
    let stats = Stats::default();
    let groups = [
        &stats.network_failures,
        &stats.credential_failures,
        &stats.rate_limit_failures,
        &stats.server_failures,
        &stats.response_failures,
    ];
    let statuses = [
        (S::MOMO_RESOLVE_FAILED, S::MOMO_CONNECTION_LOST),
        (S::MOMO_UNAUTHORIZED, S::MOMO_FORBIDDEN),
        (S::MOMO_RATE_LIMITED, S::MOMO_RATE_LIMITED),
        (S::MOMO_SERVER_ERROR, S::MOMO_SERVER_ERROR),
        (S::MOMO_UNEXPECTED_STATUS, S::MOMO_INVALID_RESPONSE),
    ];
    for (group, (first, last)) in groups.into_iter().zip(statuses) {
        for (status, _) in crate::error::NAMES {
            let counted = stats.failures(*status).map(std::ptr::from_ref);
            let is_in = (first as i32..=last as i32).contains(&(*status as i32));
            assert_eq!(counted == Some(group), is_in, "{status:?}");
        }
    }
}
