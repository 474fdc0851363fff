//! How little stack a call needs.

use momo_mock_gateway::Gateway;

use super::process::Setting;
use crate::artifacts::succeed;
use crate::place::Place;

#[test]
fn a_call_that_shares_its_token_needs_no_more_than_64_kib_of_stack() {
    Place::both(|place| {
        let gateway = Gateway::start().unwrap();
        let setting = Setting::of("small_stack.c", &gateway, "", &place.option());
        // To ask, then to take what is shared.
        for _ in 0..2 {
            succeed(&mut setting.command(&["64"]));
        }
        assert_eq!(gateway.request_count(), 1);
    });
}
