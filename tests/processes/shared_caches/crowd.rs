//! Many processes at once: one of them asks.

use std::collections::BTreeSet;

use momo_mock_gateway::Gateway;

use super::machine;
use super::process::{Crowd, Setting, all_tokens, assert_all_good};
use crate::place::Place;

const MANY: usize = 50;

#[test]
fn of_fifty_cold_processes_one_asks() {
    Place::each(|place| {
        let gateway = Gateway::start().unwrap();
        let setting = Setting::new(&gateway, "/delay-300", &place.option());
        let reports = setting.crowd(MANY, 0, 0, -1).reports();
        assert_all_good(&reports);
        assert_eq!(gateway.request_count(), 1, "{reports:?}");
        assert_eq!(all_tokens(&reports).len(), 1);
        let have = |name: &str, number| {
            let reports = reports.iter();
            reports.filter(|r| r.number(name) == number).count()
        };
        assert_eq!(have("adopted", 1), MANY - 1);
        assert_eq!(have("origin", place.origin()), MANY - 1);
    });
}

/// If they all start at once, they do not all ask at the same moment.
#[test]
fn processes_refresh_at_times_of_their_own() {
    let gateway = Gateway::start().unwrap();
    let mut setting = Setting::new(&gateway, "/lifetime-86400", "client");
    setting.options.push(("refresh_margin", "5h".to_owned()));
    let reports: Vec<_> = (0..5).map(|_| setting.one()).collect();
    let times: BTreeSet<_> = reports.iter().map(|r| r.number("refresh_in")).collect();
    // Five hours before the end, and up to a fifth of that earlier.
    assert!(times.iter().all(|time| (64_700..=68_400).contains(time)));
    assert!(times.len() > 1, "{times:?}");
}

fn stale(place: &Place, refresh: &str, on_two_machines: bool) {
    let gateway = Gateway::start().unwrap();
    let mut setting = Setting::new(&gateway, "/delay-200", &place.option());
    setting.options.push(("refresh", refresh.to_owned()));
    // The first token is there before: with a larger margin all of them find it stale.
    gateway.set_behaviour("/lifetime-200/age-155");
    setting.options.push(("refresh_margin", "1s".to_owned()));
    setting.one();
    gateway.set_behaviour("");
    setting.options.push(("refresh_margin", "15m".to_owned()));
    let mut crowds = vec![setting.crowd(MANY, 5, 50, -1)];
    if on_two_machines {
        let other = machine::with_clocks(&setting, 0, 86_400_000);
        crowds.push(machine::another_boot(&other).crowd(8, 5, 50, -1));
    }
    let reports: Vec<_> = crowds.into_iter().flat_map(Crowd::reports).collect();
    assert_all_good(&reports);
    assert_eq!(gateway.request_count(), 2, "{reports:?}");
    assert_eq!(all_tokens(&reports).len(), 2);
    // Each has the new one in the end, of which a report has the end.
    let new = gateway.issued().pop().unwrap().token;
    for report in &reports {
        assert!(new.ends_with(report.tokens().last().unwrap()), "{report:?}");
    }
}

#[test]
fn of_fifty_processes_whose_token_is_stale_one_asks() {
    Place::each(|place| stale(place, "background", false));
}

#[test]
fn of_processes_on_two_machines_whose_token_is_stale_one_asks() {
    stale(&Place::redis(), "background", true);
}

#[test]
fn without_a_thread_of_the_library_one_asks_and_the_others_use_their_token_on() {
    stale(&Place::file(), "caller", false);
}

/// Fifty processes must not fail one after the other.
#[test]
fn fifty_processes_share_a_refusal() {
    Place::each(|place| {
        let gateway = Gateway::start().unwrap();
        let setting = Setting::new(&gateway, "/delay-200/500-login-failed", &place.option());
        let reports = setting.crowd(MANY, 0, 0, -1).reports();
        for report in &reports {
            let has_failed = report.number("failed") == 1;
            let is_refused = report.why().contains("login_failed");
            assert!(has_failed && is_refused, "{report:?}");
        }
        let mut told = reports.iter().map(|r| r.why().contains("another process"));
        assert_eq!(told.by_ref().filter(|told| *told).count(), MANY - 1);
        assert_eq!(gateway.request_count(), 1);
    });
}
