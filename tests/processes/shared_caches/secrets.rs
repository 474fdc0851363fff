//! Who may use what is shared, and what others can learn of it.

use momo_mock_gateway::{Credentials, Gateway};

use super::process::Setting;
use crate::place::Place;

/// Everything that is stored.
fn stored(place: &Place) -> Vec<u8> {
    match place {
        Place::File(_) => place
            .files("")
            .iter()
            .flat_map(|file| {
                let name = file
                    .file_name()
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .as_bytes()
                    .to_vec();
                [name, std::fs::read(file).unwrap_or_default()].concat()
            })
            .collect(),
        Place::Redis(server) => {
            let keys = server.keys();
            let values = keys
                .iter()
                .flat_map(|key| server.ask(&format!("GET {key}")));
            values.chain(keys.concat().into_bytes()).collect()
        }
    }
}

fn has(stored: &[u8], text: &str) -> bool {
    stored
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

fn nothing_is_told(test: &str, place: &Place) {
    let gateway = Gateway::start().unwrap();
    let setting = Setting::new(test, &gateway, "", &place.option());
    setting.one();
    let failing = Setting::new(test, &gateway, "/500-login-failed", &place.option());
    failing.one();
    let token = gateway.issued().pop().unwrap().token;
    let credentials = gateway.credentials();
    let stored = stored(place);
    // The token, and the failure.
    assert!(stored.len() > 1000, "{}", stored.len());
    let third = &token[token.len() / 3..token.len() * 2 / 3];
    for text in [
        third,
        "eyJ",
        "Bearer",
        "access_token",
        &credentials.api_user,
        &credentials.api_key,
        &credentials.subscription_keys[0],
        "login_failed",
    ] {
        assert!(!has(&stored, text), "{text} is stored");
    }
}

#[test]
fn what_is_stored_holds_neither_token_nor_keys() {
    Place::both(|place, name| nothing_is_told(&format!("sealed-{name}"), place));
}

fn changed_key(test: &str, place: &Place) {
    let gateway = Gateway::start().unwrap();
    let mut setting = Setting::new(test, &gateway, "", &place.option());
    let first = setting.one().token();
    assert_eq!(setting.one().token(), first);
    let credentials = Credentials {
        api_key: "f1db798c98df4bcf83b538175893bbf1".to_owned(),
        ..gateway.credentials()
    };
    gateway.set_credentials(credentials);
    let second = setting.one().token();
    assert_ne!(second, first);
    assert_eq!(gateway.request_count(), 2);
    // The old file under the new name is no token either: the key is another.
    if let Place::File(_) = place {
        let tokens = place.files(".token");
        let values: Vec<_> = tokens.iter().map(|t| std::fs::read(t).unwrap()).collect();
        std::fs::write(&tokens[0], &values[1]).unwrap();
        std::fs::write(&tokens[1], &values[0]).unwrap();
        let third = setting.one().token();
        assert!(third != first && third != second);
    }
    // Another subscription key, product or user is another entry, too.
    let before = gateway.request_count();
    setting.options.push(("product", "collection".to_owned()));
    setting.one();
    assert_eq!(gateway.request_count(), before + 1);
}

#[test]
fn with_another_api_key_the_old_token_is_never_given() {
    Place::both(|place, name| changed_key(&format!("changed-{name}"), place));
}
