use super::*;
use crate::test_settings::{credentials_of, settings_with};

fn advice(options: &[(&str, &str)]) -> Authentication {
    let secondary = ("secondary_subscription_key", "the-secondary-key");
    let settings = settings_with(&[&[secondary], options].concat());
    Authentication::new(&settings, credentials_of(&settings))
}

fn completed(advice: &Authentication, status: Status, phase: Phase, keys: &[Credential]) -> String {
    let failure = Failure {
        phase,
        ..Failure::new(status, "it failed")
    };
    let completed = advice.complete(failure, keys, &Progress::begin(), " of 3");
    let (all, time) = completed.message.rsplit_once(", ").unwrap();
    assert!(time.ends_with(" ms]"), "{time}");
    all.to_owned()
}

#[test]
fn a_message_tells_where_who_and_how_often_and_which_credentials_were_refused() {
    let advice = advice(&[("base_url", "https://gateway.example:8443/x")]);
    let both = &advice.credentials.subscription_keys[..];
    let (primary, secondary) = (&both[..1], &both[1..]);
    let refused = Status::MOMO_SUBSCRIPTION_KEY_REFUSED;
    let [first, second] = [
        "subscription_key (15 characters, set by the program)",
        "secondary_subscription_key (17 characters, set by the program)",
    ];
    let user = "; sent api_user (36 characters, set by the program) and \
                api_key (10 characters, set by the program)";
    for (status, keys, told) in [
        (Status::MOMO_TIMED_OUT, primary, ""),
        (Status::MOMO_UNAUTHORIZED, primary, user),
        (refused, primary, &format!("; sent {first}")),
        (refused, secondary, &format!("; sent {second}")),
        (
            refused,
            both,
            &format!("; sent one after the other: {first} and {second}"),
        ),
    ] {
        let message = completed(&advice, status, Phase::Wait, keys);
        let all = "[host gateway.example:8443, API user …4c5d, attempt 1 of 3";
        assert_eq!(message, format!("it failed{told} {all}"));
    }
}

#[test]
fn some_hosts_have_an_advice_of_their_own() {
    for (host, was_given_up, is_sandbox) in [
        ("momo.azure-api.net", true, false),
        ("sandbox.momodeveloper.mtn.com", false, true),
        ("proxy.momoapi.mtn.com", false, false),
        ("gateway.example", false, false),
    ] {
        let advice = advice(&[("base_url", &format!("https://{host}"))]);
        let told = |status, phase| completed(&advice, status, phase, &[]);
        let unresolved = told(Status::MOMO_RESOLVE_FAILED, Phase::Resolve);
        let is_told = unresolved.contains("given up its hosts");
        assert_eq!(is_told, was_given_up, "{unresolved}");
        let [silent, other] =
            [Phase::Wait, Phase::Connect].map(|p| told(Status::MOMO_TIMED_OUT, p));
        assert_eq!(silent.contains("check api_user"), is_sandbox, "{silent}");
        assert!(!other.contains("check api_user"), "{other}");
    }
}

#[test]
fn the_proxy_is_named_without_its_user() {
    let advice = advice(&[("proxy", "http://user:pass@proxy.example:3128")]);
    let named = "host proxy.momoapi.mtn.co.rw through proxy proxy.example:3128, API user …4c5d";
    assert_eq!(advice.context, named);
}

#[test]
fn of_a_short_user_nothing_is_shown() {
    assert_eq!(last_characters("elevenchars"), "…");
    assert_eq!(last_characters("twelve-chars"), "…hars");
    assert_eq!(last_characters("zwölfzeichéñ"), "…chéñ");
}

#[test]
fn whatever_the_options_take_makes_a_request() {
    let printable: String = ('!'..='~').collect();
    let hosts = [
        "a_b-c.example",
        "[2001:db8::1]:8443",
        "192.0.2.1",
        "localhost",
    ];
    let long = "a".repeat(1_900);
    for host in hosts {
        for path in ["", "/-._~!$&'()*+,;=:%41/b", &format!("/{long}")] {
            let authentication = advice(&[
                ("base_url", &format!("https://{host}{path}")),
                ("api_user", &printable.replace(':', "")),
                ("api_key", &format!("{printable}é")),
                ("subscription_key", &printable),
                ("user_agent", &"u".repeat(1_024)),
            ]);
            let request = authentication.request(0, true);
            assert_eq!(request.headers()["ocp-apim-subscription-key"], printable);
            assert!(request.uri().path().ends_with("/disbursement/token/"));
        }
    }
}
