#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

const USER: &str = "5f1d9a3e-77c2-4b1e-9c55-0a4bd2f6c1aa";
const KEY: &str = "k3y+with/odd=chars&0123456789";

fn redactor() -> Redactor {
    Redactor::new([USER, KEY, "tiny"], [(USER, KEY)])
}

fn clean(text: &str) -> String {
    redactor().clean(text.as_bytes(), 4096)
}

#[test]
fn a_secret_is_hidden_in_every_form_it_can_take() {
    let percent = percent_encoded(KEY);
    let forms = [
        KEY.to_owned(),
        KEY.to_uppercase(),
        percent.to_string(),
        percent.to_lowercase(),
        STANDARD.encode(KEY),
        URL_SAFE.encode(KEY),
        STANDARD.encode(format!("{USER}:{KEY}")),
        STANDARD.encode(format!("x{KEY}")),
        STANDARD.encode(format!("xy{KEY}")),
    ];
    for form in forms {
        let shown = clean(&format!("<<{form}>>"));
        for window in form.as_bytes().windows(WINDOW) {
            let window = std::str::from_utf8(window).unwrap();
            assert!(!shown.contains(window), "{window} of {form} in {shown}");
        }
        assert!(shown.starts_with("<<") && shown.contains(MARK), "{shown}");
    }
    assert_eq!(clean("a tiny thing"), format!("a {MARK} thing"));
}

#[test]
fn a_torn_secret_is_hidden() {
    let basic = STANDARD.encode(format!("{USER}:{KEY}"));
    for from in 0..basic.len() - WINDOW {
        let torn = &basic[from..];
        let shown = clean(torn);
        assert!(!shown.contains(&torn[..WINDOW]), "{torn} shown as {shown}");
    }
}

#[test]
fn an_access_token_is_hidden_wherever_it_is_cut() {
    let body = "{\"access_token\":\"Zx9.opaque-token_value~+/==\",\"token_type\":\"access_token\"}";
    let value = body.find("Zx9").unwrap();
    for cut in value..body.len() {
        let shown = clean(&body[..cut]);
        assert!(!shown.contains('Z'), "cut at {cut}: {shown}");
    }
    assert!(clean(body).ends_with("\"token_type\":\"access_token\"}"));
    for text in [
        "access_token=Zabc",
        "\\\"access_token\\\" : \\\"Zabc\\\"",
        "&quot;access_token&quot;:&quot;Zabc&quot;",
        "ACCESS_TOKEN: Zabc",
        "%22access_token%22:%22Zabc%22",
    ] {
        assert!(!clean(text).contains("Zabc"), "{text}");
    }
}

#[test]
fn what_looks_like_a_jwt_is_hidden() {
    assert_eq!(
        clean("see eyJhbGciOi.eyJjbGll.c2ln, thanks"),
        format!("see {MARK}, thanks")
    );
}

#[test]
fn what_is_shown_is_one_valid_line() {
    let shown = redactor().clean(b"a\0b\nc\x1b[31m\xff\xfe\xe2\x80\xa8d", 4096);
    assert_eq!(shown, "a b c [31m\u{fffd}\u{fffd} d");
}

#[test]
fn nothing_is_cut_before_it_is_hidden() {
    let text = format!("{}{KEY}", "x".repeat(90));
    for max in 80..120 {
        let shown = redactor().clean(text.as_bytes(), max);
        assert!(shown.len() <= max);
        assert!(!shown.contains("k3y"), "{max}: {shown}");
    }
    let umlauts = "ü".repeat(50);
    assert_eq!(redactor().clean(umlauts.as_bytes(), 33).len(), 32);
}

#[test]
fn a_secret_that_is_not_ascii_is_hidden_whole() {
    let redactor = Redactor::new(["pä"], []);
    assert_eq!(
        redactor.clean("x pä y".as_bytes(), 99),
        format!("x {MARK} y")
    );
}
