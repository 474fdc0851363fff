use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::*;
use crate::credentials::redact::{REPLACEMENT, Redactor};

const USER: &str = "5f1d9a3e-77c2-4b1e-9c55-0a4bd2f6c1aa";
const KEY: &str = "3f7a9c0b5d1e4826a4c8e0f2b6d81357";

fn clean(text: &str) -> String {
    Redactor::new([USER, KEY], [(USER, KEY)]).clean(text.as_bytes(), usize::MAX)
}

fn hex(text: &str) -> String {
    text.bytes().map(|b| format!("{b:02x}")).collect()
}

fn base32(text: &str) -> String {
    let bits: String = text.bytes().map(|b| format!("{b:08b}")).collect();
    let digit = |bits: &[u8]| {
        let bits = format!("{:0<5}", String::from_utf8_lossy(bits));
        let value = usize::from_str_radix(&bits, 2).unwrap();
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[value])
    };
    bits.as_bytes().chunks(5).map(digit).collect()
}

fn escaped(text: &str, escape: impl Fn(u32) -> String) -> String {
    text.chars().map(|c| escape(c.into())).collect()
}

#[test]
fn what_was_sent_is_hidden_however_it_is_encoded() {
    let basic = STANDARD.encode(format!("{USER}:{KEY}"));
    for sent in [&basic, USER, KEY] {
        let percent = escaped(sent, |c| format!("%{c:02x}"));
        let reversed: String = sent.chars().rev().collect();
        for form in [
            STANDARD.encode(sent),
            STANDARD.encode(STANDARD.encode(sent)),
            URL_SAFE.encode(STANDARD.encode(sent)),
            hex(sent),
            hex(sent).to_uppercase(),
            hex(&STANDARD.encode(sent)),
            base32(sent),
            base32(sent).to_lowercase(),
            STANDARD.encode(&reversed),
            percent.clone(),
            percent.replace('%', "%25"),
            percent.replace('%', "%2525"),
            percent.replace('%', "\\u0025"),
            escaped(sent, |c| format!("\\u{c:04x}")),
            escaped(sent, |c| format!("\\\\u{c:04X}")),
            escaped(sent, |c| format!("\\x{c:02x}")),
            escaped(sent, |c| format!("&#{c};")),
            escaped(sent, |c| format!("&#x{c:x};")),
            escaped(sent, |c| format!("&amp;#X{c:04X};")),
        ] {
            let shown = clean(&format!("Cannot read <{form}>, sorry"));
            let expected = format!("Cannot read <{REPLACEMENT}>, sorry");
            let shown = shown.replace("]=", "]").replace("]=", "]");
            assert_eq!(shown, expected, "{form}");
        }
        assert_eq!(clean(&reversed).replace('=', ""), REPLACEMENT, "{reversed}");
    }
}

#[test]
fn each_line_of_a_wrapped_code_is_hidden() {
    let code = STANDARD.encode(STANDARD.encode(format!("Basic {USER}:{KEY}")));
    for width in [64, 76] {
        let lines = code.as_bytes().chunks(width);
        let lines: Vec<_> = lines.map(String::from_utf8_lossy).collect();
        let shown = clean(&lines.join("\r\n"));
        // Of the last one there is little left.
        let (hidden, rest) = shown.trim_end_matches('=').rsplit_once("  ").unwrap();
        assert_eq!(hidden.replace(' ', ""), REPLACEMENT.repeat(lines.len() - 1));
        assert!(rest == REPLACEMENT || rest.len() < 8, "{shown}");
    }
}

#[test]
fn a_key_that_nobody_configured_is_hidden() {
    for key in [
        "d41d8cd98f00b204e9800998ecf8427e",
        "0b9c7e55-63a1-4d0f-8e2b-6f4f1c9a7d30",
        "AKIAIOSFODNN7EXAMPLE",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "aGVsbG8gd29ybGQgYWdhaW4",
        "4111111111111111",
    ] {
        let shown = clean(&format!("key={key}; x"));
        assert_eq!(shown, format!("key={REPLACEMENT}; x"));
    }
}

#[test]
fn documented_texts_come_through_whole() {
    let page = include_str!("../../../../docs/errors.md").replace('\n', " ");
    // A firewall's support ID, which is known by its place.
    let expected = page.replace("1234567890123456789", REPLACEMENT);
    assert_eq!(clean(&page), expected);
    for text in [
        "Access denied due to invalid subscription key. Make sure to provide a valid key for an \
         active subscription.",
        "Access denied due to missing subscription key. Make sure to include subscription key \
         when making requests to an API.",
        r#"{"statusCode":404,"message":"Resource not found"}"#,
        r#"{"code":"RESOURCE_NOT_FOUND","message":"Requested resource was not found."}"#,
        r#"{"code":"NOT_ALLOWED_TARGET_ENVIRONMENT","error":"login_failed"}"#,
        "PAYER_NOT_FOUND, INTERNAL_PROCESSING_ERROR, RESOURCE_ALREADY_EXIST, COULD_NOT_PERFORM_TRANSACTION",
        "Rate limit is exceeded. Try again in 59 seconds.",
        "Out of call volume quota. Quota will be replenished in 01:02:03.",
        "Quota will be replenished in 6.23:59:59.1234567.",
        "Access from IP 41.186.10.22 not authorized; nor 2001:db8:85a3::8a2e:370:7334",
        "AzureApiManagementKey realm=\"https://proxy.momoapi.mtn.co.rw/disbursement\", \
         name=\"Ocp-Apim-Subscription-Key\", type=\"header\"",
        "https://ericssonbasicapi2.azure-api.net/disbursement/v1_0/transfer?lang=fr#top",
        "<html><head><title>502 Bad Gateway</title></head><body bgcolor=\"#f5f5f5\"><center>\
         nginx/1.18.0 (Ubuntu)</center></body></html>",
        "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">",
        "Apache/2.4.57 (Debian) OpenSSL/3.0.11 PHP/8.2.7 mod_wsgi/4.9.4 at localhost Port 8443",
        "Wed, 08 May 2024 10:11:12 GMT, 2024-05-08T10:11:12.123456Z, 2024-05-08 10:11:12+02:00",
        "RWF 1,250,000.00 to 250788123456 (+250 788-123-456): 5000RWF, $12.34, 12%",
        "Ref 1715163072123, KB4534310, ORA-00942, SQLSTATE42000, HTTP/1.1 431, code APIM_900902",
        "java.net.HttpURLConnection: SSLHandshakeException at OkHttpClient.java:417 (MoMoPay)",
        "TLS13_AES_128_GCM_SHA256, ECDHE-RSA-AES256-GCM-SHA384, x86_64, ISO8859-1, utf-8, IPv4 or IPv6",
        "received fatal alert: HandshakeFailure; ServerTlsVersionIsDisabledByOurConfig, \
         ServerDoesNotSupportTls12Or13",
        "invalid peer certificate: certificate not valid for name \"proxy.momoapi.mtn.com\"; \
         certificate is only valid for DnsName(\"*.azure-api.net\") or DnsName(\"xn--bcher-kva.example\")",
        "certificate expired: verification time 1764460800 (UNIX), but certificate is not valid \
         after 1714521600 (49939200 seconds ago)",
        "Échec de l’authentification : clé d'abonnement désactivée, anticonstitutionnellement",
        "Kwemeza byanze: ntibazabyibagirwaho, urufunguzo rw'ubufatabuguzi ntirwemewe",
        "Zugriff verweigert: Rechtsschutzversicherung; Přístup odepřen; доступ запрещён",
        "Acc%C3%A8s%20refus%C3%A9+pour+d%c3%a9sactiv%c3%a9 Acc\\u00e8s refus\\u00e9 Acc&egrave;s &#39;refus&#xe9;&#39;",
    ] {
        assert_eq!(clean(text), text);
    }
}

#[test]
fn hardly_a_random_code_passes_for_words() {
    let mut seed: u32 = 1;
    let mut random = |bytes: usize| -> Vec<u8> {
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            u8::try_from(seed >> 24).unwrap()
        };
        (0..bytes).map(|_| next()).collect()
    };
    let redactor = Redactor::new([], []);
    let passes = |code: &str| redactor.clean(code.as_bytes(), 99).contains(&code[..8]);
    let mut count = |make: &dyn Fn(&[u8]) -> String, bytes: usize| {
        (0..2000).filter(|_| passes(&make(&random(bytes)))).count()
    };
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let base64 = |bytes: &[u8]| URL_SAFE.encode(bytes);
    assert_eq!(count(&hex, 16), 0);
    assert!(count(&base64, 32) <= 2);
    assert!(count(&base64, 24) <= 20);
    assert!(count(&base64, 12) <= 200);
}

#[test]
fn what_is_too_long_or_lacks_vowels_is_no_word() {
    for (piece, is) in [
        ("z".repeat(31), true),
        ("z".repeat(32), false),
        ("7".repeat(15), true),
        ("7".repeat(16), false),
        ("Xkcdr7qzt".to_owned(), false),
    ] {
        assert_eq!(is_word(piece.as_bytes()), is, "{piece}");
    }
    // Seven characters that are no word are shown, eight are not.
    assert_eq!(clean("a1b2-c3d"), "a1b2-c3d");
    assert_eq!(clean("a1b2-c3d4"), REPLACEMENT);
}
