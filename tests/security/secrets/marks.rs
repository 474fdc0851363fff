//! Credentials that cannot be overlooked, and every form in which they must not come out.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use momo_mock_gateway::Credentials;

use crate::common::*;

pub(crate) const USER: &str = "qUzz-7Vexo.9Jwyk_3Hrpd~5Mgbl";
pub(crate) const KEY: &str = "zKqv+8Xjwh/2Tybn=6Plmf&4Dscr\"1\\Gvut?0Ozax%41#";
pub(crate) const PRIMARY: &str = "pWxk-3Rvzj/7Qhyt+1Bnmg=5Sdlf";
pub(crate) const SECONDARY: &str = "sYvq_9Cxjh~2Fwzk.6Mtbn-8Lprg";
pub(crate) const PROXY_USER: &str = "yPjx-4Zvqh+8Kwtn/2Rbmd";
pub(crate) const PROXY_PASSWORD: &str = "wHzy@7Jqxv:3Tkbp/9Gmnf&1Lcsd";

/// So many characters of a secret, in any form, are too many.
const WINDOW: usize = 8;

pub(crate) fn credentials() -> Credentials {
    Credentials {
        api_user: USER.to_owned(),
        api_key: KEY.to_owned(),
        subscription_keys: vec![PRIMARY.to_owned()],
    }
}

/// The marks in a config that has everything else.
pub(crate) fn mark(config: &Config) {
    config.set("api_user", USER).set("api_key", KEY);
    config.set("subscription_key", PRIMARY);
    config.set("secondary_subscription_key", SECONDARY);
}

pub(crate) fn percent(text: &str, kept: &str) -> String {
    text.chars()
        .map(|c| match c {
            _ if c.is_ascii_alphanumeric() || kept.contains(c) => c.to_string(),
            _ => format!("%{:02X}", u32::from(c)),
        })
        .collect()
}

/// Windows of text that must not be shown, whatever the case of their letters.
pub(crate) struct Forbidden(HashSet<[u8; WINDOW]>);

impl Forbidden {
    pub(crate) fn marks() -> Self {
        let mut forbidden = Self(HashSet::new());
        let pair = format!("{USER}:{KEY}");
        let proxy_pair = format!("{PROXY_USER}:{PROXY_PASSWORD}");
        let single = [USER, KEY, PRIMARY, SECONDARY, PROXY_USER, PROXY_PASSWORD];
        for secret in single {
            forbidden.add(secret);
            for kept in ["", "-._~", "-_.!~*'()"] {
                forbidden.add(&percent(secret, kept));
            }
        }
        for secret in single.into_iter().chain([&*pair, &*proxy_pair]) {
            for engine in [STANDARD, URL_SAFE] {
                // At the end of a longer text, and within one: there the characters at both ends
                // hold bits of what stands beside it.
                for before in ["", "x", "xy"] {
                    let own = (before.len() * 8).div_ceil(6);
                    let at_end = engine.encode(format!("{before}{secret}"));
                    forbidden.add(at_end[own..].trim_end_matches('='));
                }
            }
        }
        forbidden
    }

    pub(crate) fn token(token: &str) -> Self {
        let mut forbidden = Self(HashSet::new());
        forbidden.add(token);
        forbidden
    }

    fn add(&mut self, form: &str) {
        assert!(form.len() >= WINDOW);
        let form = form.to_ascii_lowercase();
        let windows = form.as_bytes().windows(WINDOW);
        self.0
            .extend(windows.map(|w| <[u8; WINDOW]>::try_from(w).unwrap()));
    }

    /// What of it is in the text.
    pub(crate) fn found(&self, text: &str) -> Option<String> {
        let text = text.to_ascii_lowercase();
        let found = text
            .as_bytes()
            .windows(WINDOW)
            .find(|w| w.first_chunk().is_some_and(|w| self.0.contains(w)));
        found.map(|w| String::from_utf8_lossy(w).into_owned())
    }
}

/// Everything that an error says.
pub(crate) fn words(error: &Error) -> String {
    format!("{}\n{}\n{}", error.message, error.code, error.body)
}

/// Everything that a failed call and its log have said.
pub(crate) fn said(error: &Error, log: &Log) -> String {
    format!("{}\n{}", words(error), log.text())
}

#[test]
fn the_search_finds_what_it_is_for() {
    let forbidden = Forbidden::marks();
    let basic = STANDARD.encode(format!("{USER}:{KEY}"));
    for text in [
        &KEY[3..11],
        "is zkqv+8xj",
        &basic[20..28],
        &percent(PRIMARY, "")[..9],
    ] {
        assert!(forbidden.found(text).is_some(), "{text}");
    }
    assert_eq!(forbidden.found(&KEY[..7]), None);
    assert_eq!(forbidden.found("the API user or API key was refused"), None);
}
