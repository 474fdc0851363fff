//! The host that is checked is the host that is reached: every URL that is taken names the same
//! host, port and credentials for another parser, the `url` crate's.
//!
//! An input is the name of an option (base_url, proxy or cache), a line end, the URL.
#![cfg_attr(feature = "libfuzzer", no_main)]

use std::net::{Ipv4Addr, Ipv6Addr};

use momo::fuzzing::{self, Url};
use momo_fuzz::fuzz_target;
use percent_encoding::percent_decode_str;

fn decoded(text: &str) -> Vec<u8> {
    percent_decode_str(text).collect()
}

/// What the other parser makes of it, where the two name the same host; None where it refuses an
/// international name, which this library leaves to the name servers.
///
/// `text` is what was given, or what is handed on.
fn other(ours: &Url, text: &str) -> Option<url::Url> {
    let theirs = match url::Url::parse(text) {
        Ok(url) => url,
        Err(url::ParseError::IdnaError) if ours.host.contains("xn--") => return None,
        Err(error) => panic!("{text:?} is no URL ({error}), and is taken for {ours:?}"),
    };
    assert_eq!(theirs.scheme(), ours.scheme, "{text:?}");
    match theirs.host().expect("a host") {
        url::Host::Ipv4(address) => assert_eq!(ours.host.parse::<Ipv4Addr>(), Ok(address)),
        url::Host::Ipv6(address) => {
            let bare = ours.host.strip_prefix('[');
            let bare = bare.and_then(|host| host.strip_suffix(']'));
            assert_eq!(bare.expect("brackets").parse::<Ipv6Addr>(), Ok(address));
        }
        // A name may end with a dot, which is not handed on.
        url::Host::Domain(name) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            assert_eq!(name, ours.host, "{text:?}");
        }
    }
    Some(theirs)
}

fn check_credentials(ours: &Url, theirs: &url::Url) {
    let user = ours.user.as_deref().unwrap_or_default();
    let password = ours.password.as_deref().unwrap_or_default();
    assert_eq!(decoded(theirs.username()), user.as_bytes(), "{theirs}");
    let decoded = decoded(theirs.password().unwrap_or_default());
    assert_eq!(decoded, password.as_bytes(), "{theirs}");
}

fn base_url(text: &str) {
    let Ok(ours) = fuzzing::base_url(text) else {
        return;
    };
    let parsed = [text, &ours.text].map(|text| other(&ours, text));
    for theirs in parsed.into_iter().flatten() {
        assert_eq!(theirs.port_or_known_default(), Some(ours.port));
        assert!(theirs.query().is_none() && theirs.fragment().is_none());
        assert!(theirs.username().is_empty() && theirs.password().is_none());
        // Escapes and letters as they were, but for a slash at the end.
        assert_eq!(theirs.path().trim_end_matches('/'), ours.path, "{text:?}");
    }
    let again = fuzzing::base_url(&ours.text);
    assert_eq!(again.as_ref(), Ok(&ours), "it is in canonical form");
    if ours.scheme == "http" {
        let is_loopback = ours.host == "localhost"
            || ours.host == "[::1]"
            || ours.host.parse::<Ipv4Addr>().is_ok_and(|a| a.is_loopback());
        assert!(is_loopback, "{ours:?}");
    }
}

/// A "://" further on belongs to a password, or to what follows the host.
fn with_scheme(text: &str, scheme: &str) -> String {
    match text.split_once("://") {
        Some((own, rest)) if !own.contains(['/', '?', '#', '@']) => format!("{scheme}://{rest}"),
        _ => format!("{scheme}://{text}"),
    }
}

fn proxy(text: &str) {
    let Ok(ours) = fuzzing::proxy_url(text) else {
        return;
    };
    // Without a scheme it is no URL to others, and of SOCKS they know no rules for hosts.
    let is_https = ours.scheme == "https";
    let scheme = if is_https { "https" } else { "http" };
    let as_http = Url {
        scheme,
        ..ours.clone()
    };
    // To browsers alone a backslash is a slash: to curl, and here, it is part of a user's name.
    let given = Some(with_scheme(text, scheme)).filter(|given| !given.contains('\\'));
    if let Some(theirs) = given.and_then(|given| other(&as_http, &given)) {
        check_credentials(&ours, &theirs);
    }
    if let Some(theirs) = other(&as_http, &with_scheme(&ours.text, scheme)) {
        assert_eq!(theirs.port_or_known_default(), Some(ours.port));
    }
}

fn cache(text: &str) {
    let Ok(ours) = fuzzing::redis_url(text) else {
        return;
    };
    // To other parsers the rules for hosts are those of https alone.
    let as_https = Url {
        scheme: "https",
        ..ours.clone()
    };
    // A query may have user and password too.
    let given = Some(with_scheme(text, "https")).filter(|given| !given.contains('\\'));
    if let Some(theirs) = given.and_then(|given| other(&as_https, &given)) {
        if theirs.query().is_none() {
            check_credentials(&ours, &theirs);
        }
    }
    let _ = other(&as_https, &with_scheme(&ours.text, "https"));
    assert!(ours.path.parse::<u32>().is_ok_and(|number| number < 65_536));
    let has_login = ours.text.contains('@');
    assert!(!has_login, "credentials are not shown: {ours:?}");
}

fuzz_target!(init: momo_fuzz::prepare(), |data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match text.split_once('\n') {
        Some(("proxy", text)) => proxy(text),
        Some(("cache", text)) => cache(text),
        Some((_, text)) => base_url(text),
        None => base_url(text),
    }
});
