//! Many processes at once: one of them asks.

use momo_mock_gateway::Gateway;

use super::machine;
use super::process::{Crowd, Setting, all_tokens, assert_all_good};
use crate::place::Place;

const MANY: usize = 50;

fn cold(test: &str, place: &Place) {
    let gateway = Gateway::start().unwrap();
    let setting = Setting::new(test, &gateway, "/delay-300", &place.option());
    let reports = setting.crowd(MANY, 0, 0, -1).reports();
    assert_all_good(&reports);
    assert_eq!(gateway.request_count(), 1, "{reports:?}");
    assert_eq!(all_tokens(&reports).len(), 1);
    let adopted: i64 = reports.iter().map(|r| r.number("adopted")).sum();
    assert_eq!(usize::try_from(adopted).unwrap(), MANY - 1);
    let from_place = reports
        .iter()
        .filter(|r| r.number("origin") == place.origin());
    assert_eq!(from_place.count(), MANY - 1);
}

#[test]
fn of_fifty_cold_processes_one_asks() {
    Place::each(|place, name| cold(&format!("cold-{name}"), place));
}

fn stale(test: &str, place: &Place, refresh: &str, on_two_machines: bool) {
    let gateway = Gateway::start().unwrap();
    let mut setting = Setting::new(test, &gateway, "/delay-200", &place.option());
    setting.options.push(("refresh", refresh.to_owned()));
    // The first token is there before: with a larger margin all of them find it stale.
    gateway.set_behaviour("/lifetime-200/age-155");
    setting.options.push(("refresh_margin", "1s".to_owned()));
    setting.one();
    gateway.set_behaviour("");
    setting.options.push(("refresh_margin", "15m".to_owned()));
    let mut crowds = vec![setting.crowd(MANY, 5, 50, -1)];
    if on_two_machines {
        let other = machine::with_clocks(&setting, test, 0, 86_400_000);
        crowds.push(machine::another_boot(&other, test).crowd(8, 5, 50, -1));
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
    Place::each(|place, name| stale(&format!("stale-{name}"), place, "background", false));
}

#[test]
fn of_processes_on_two_machines_whose_token_is_stale_one_asks() {
    stale("stale-machines", &Place::redis(), "background", true);
}

#[test]
fn without_a_thread_of_the_library_one_asks_and_the_others_use_their_token_on() {
    stale("stale-caller", &Place::file(), "caller", false);
}

/// Fifty processes must not fail one after the other.
fn failing(test: &str, place: &Place, behaviour: &str, words: &str) {
    let gateway = Gateway::start().unwrap();
    let setting = Setting::new(test, &gateway, behaviour, &place.option());
    let reports = setting.crowd(MANY, 0, 0, -1).reports();
    for report in &reports {
        let why = report.0["why"].as_str().unwrap();
        assert!(
            report.number("failed") == 1 && why.contains(words),
            "{report:?}"
        );
    }
    let told =
        |r: &&super::process::Report| r.0["why"].as_str().unwrap().contains("another process");
    assert_eq!(reports.iter().filter(told).count(), MANY - 1);
    assert_eq!(gateway.request_count(), 1);
}

#[test]
fn fifty_processes_share_a_refusal() {
    let (behaviour, words) = ("/delay-200/500-login-failed", "login_failed");
    Place::each(|place, name| failing(&format!("fail-{name}"), place, behaviour, words));
}
