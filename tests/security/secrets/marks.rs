//! Credentials that cannot be overlooked, and every form in which they must not come out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use momo_mock_gateway::Credentials;

use crate::common::*;
use crate::hidden::Secrets;

pub(crate) const USER: &str = "qUzz-7Vexo.9Jwyk_3Hrpd~5Mgbl";
pub(crate) const KEY: &str = "zKqv+8Xjwh/2Tybn=6Plmf&4Dscr\"1\\Gvut?0Ozax%41#";
pub(crate) const PRIMARY: &str = "pWxk-3Rvzj/7Qhyt+1Bnmg=5Sdlf";
pub(crate) const SECONDARY: &str = "sYvq_9Cxjh~2Fwzk.6Mtbn-8Lprg";
pub(crate) const PROXY_USER: &str = "yPjx-4Zvqh+8Kwtn/2Rbmd";
pub(crate) const PROXY_PASSWORD: &str = "wHzy@7Jqxv:3Tkbp/9Gmnf&1Lcsd";

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

/// What must not be seen of them.
pub(crate) fn marks() -> Secrets {
    let single = [USER, KEY, PRIMARY, SECONDARY, PROXY_USER, PROXY_PASSWORD];
    let kept = ["", "-._~", "-_.!~*'()"];
    let encoded = kept.map(|kept| single.map(|secret| percent(secret, kept)));
    let encoded = encoded.iter().flatten().map(String::as_str);
    let all: Vec<_> = single.into_iter().chain(encoded).collect();
    Secrets::new(&all, &[(USER, KEY), (PROXY_USER, PROXY_PASSWORD)])
}

pub(crate) fn of_token(token: &str) -> Secrets {
    let mut secrets = Secrets::default();
    secrets.add(token);
    secrets
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
    let marks = marks();
    let basic = STANDARD.encode(format!("{USER}:{KEY}"));
    for text in [
        &KEY[3..11],
        "is zkqv+8xj",
        &basic[20..28],
        &percent(PRIMARY, "")[..9],
    ] {
        assert!(marks.seen_in(text).is_some(), "{text}");
    }
    assert_eq!(marks.seen_in(&KEY[..7]), None);
    assert_eq!(marks.seen_in("the API user or API key was refused"), None);
}
