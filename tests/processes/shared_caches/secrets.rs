//! What others can learn of what is shared.

use momo_mock_gateway::Gateway;

use super::process::Setting;
use crate::place::Place;

/// Everything that is stored, names included.
fn stored(place: &Place) -> Vec<u8> {
    let parts: Vec<Vec<u8>> = match place {
        Place::File(_) => {
            let files = place.files("").into_iter();
            let parts = files.flat_map(|file| {
                let content = std::fs::read(&file).unwrap();
                [file.into_os_string().into_encoded_bytes(), content]
            });
            parts.collect()
        }
        Place::Redis(server) => {
            let keys = server.keys().into_iter();
            let parts = keys.flat_map(|key| [server.ask(&format!("GET {key}")), key.into_bytes()]);
            parts.collect()
        }
    };
    parts.concat()
}

#[test]
fn what_is_stored_holds_neither_token_nor_keys() {
    Place::both(|place| {
        let gateway = Gateway::start().unwrap();
        Setting::new(&gateway, "", &place.option()).one();
        Setting::new(&gateway, "/500-login-failed", &place.option()).one();
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
            let mut parts = stored.windows(text.len());
            assert!(!parts.any(|part| part == text.as_bytes()), "{text}");
        }
    });
}
