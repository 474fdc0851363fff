//! What a message says beside what failed: which credentials were sent, and where the right ones are.

use crate::common::*;

/// What the call fails with at this behaviour of the mock gateway.
fn failure(behaviour: &str, options: &[(&str, &str)]) -> Error {
    let gateway = Gateway::start().unwrap();
    let config = Config::mock(&gateway, behaviour);
    for (name, value) in options {
        config.set(name, value);
    }
    config.client().create().unwrap_err()
}

#[test]
fn refused_credentials_are_named_with_their_length_and_origin() {
    for behaviour in ["/401-page", "/500-login-failed"] {
        let e = failure(behaviour, &[]);
        assert_eq!(e.status, MOMO_UNAUTHORIZED);
        for part in [
            "api_user (36 characters, from option api_user)",
            "api_key (32 characters, from option api_key)",
        ] {
            assert!(e.message.contains(part), "{}", e.message);
        }
        assert!(!e.message.contains(momo_mock_gateway::DEFAULT_API_KEY));
    }
}

#[test]
fn a_refused_key_from_a_file_is_named_by_its_path() {
    let gateway = Gateway::start().unwrap();
    let path = std::env::temp_dir().join(format!("momo-key-{}", std::process::id()));
    std::fs::write(&path, "no-such-key\n").unwrap();
    let config = Config::new();
    let credentials = gateway.credentials();
    for (name, value) in [
        ("base_url", gateway.base_url().as_str()),
        ("api_user", &credentials.api_user),
        ("api_key_file", path.to_str().unwrap()),
        ("subscription_key", &credentials.subscription_keys[0]),
        ("ca", gateway.ca_path().to_str().unwrap()),
        ("proxy", "none"),
    ] {
        config.set(name, value);
    }
    let e = config.client().create().unwrap_err();
    std::fs::remove_file(&path).unwrap();
    let part = format!("api_key (11 characters, from {})", path.display());
    assert!(e.message.contains(&part), "{}", e.message);
}

#[test]
fn each_refused_subscription_key_is_named() {
    let one = failure("/401-azure", &[]);
    assert_eq!(one.status, MOMO_SUBSCRIPTION_KEY_REFUSED);
    let part = "sent subscription_key (32 characters, from option subscription_key)";
    assert!(one.message.contains(part), "{}", one.message);
    assert!(one.message.contains("Widget"), "{}", one.message);
    let both = failure("/401-azure", &[("secondary_subscription_key", "another")]);
    let part = "secondary_subscription_key (7 characters, from option secondary_subscription_key)";
    assert!(both.message.contains(part), "{}", both.message);
    assert!(
        both.message.contains("subscription_key (32"),
        "{}",
        both.message
    );
}

#[test]
fn a_failure_says_whose_users_and_which_portal_a_host_takes() {
    let login = failure("/500-login-failed", &[]);
    assert!(
        login.message.contains("each for one country"),
        "{}",
        login.message
    );
    let malformed = failure("/400", &[]);
    assert!(
        malformed.message.contains("malformed"),
        "{}",
        malformed.message
    );
}

#[test]
fn a_retired_host_is_refused_and_another_one_of_its_domain_is_warned_of() {
    let config = Config::new();
    for host in [
        "ericssonbasicapi1.azure-api.net",
        "ERICSSONbasicapi2.azure-api.net",
    ] {
        let e = config
            .try_set("base_url", &format!("https://{host}"))
            .unwrap_err();
        assert!(e.message.contains("retired"), "{}", e.message);
    }
    let config = Config::with_credentials("https://shop.azure-api.net", "mozilla");
    let log = config.log();
    // A proxy that refuses: nothing is looked up.
    config
        .set("proxy", "http://127.0.0.1:9")
        .set("max_attempts", "1");
    let e = config.client().create().unwrap_err();
    assert_eq!(e.status, MOMO_CONNECT_FAILED);
    for text in [log.text(), e.message] {
        assert!(text.contains("azure-api.net"), "{text}");
        assert!(text.contains("has given up"), "{text}");
    }
}

#[test]
fn credentials_that_look_mistaken_are_warned_of_when_the_client_is_made() {
    let config = Config::with_credentials("https://gateway.test", "mozilla");
    let log = config.log();
    // Beside what the options are.
    let lines = || {
        let mut lines = log.lines();
        lines.retain(|(level, _)| *level < 4);
        lines
    };
    drop(config.client());
    assert_eq!(lines(), [], "the mock gateway's own are as MTN's are");
    config
        .set("api_user", "shop")
        .set("api_key", "same")
        .set("subscription_key", "same");
    drop(config.client());
    let lines = lines();
    assert!(lines.iter().all(|(level, _)| *level == 2), "{lines:?}");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].1.contains("api_user is no UUID"), "{lines:?}");
    assert!(lines[1].1.contains("are the same text"), "{lines:?}");
}
