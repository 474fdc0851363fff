use super::BaseUrl;
use crate::config::test_refusals;

#[test]
fn what_is_accepted_comes_out_in_one_canonical_form() {
    #[rustfmt::skip]
    let rows = [
        ("https://proxy.momoapi.mtn.co.rw", "https://proxy.momoapi.mtn.co.rw"),
        ("https://proxy.momoapi.mtn.co.rw/", "https://proxy.momoapi.mtn.co.rw"),
        ("HTTPS://Proxy.MoMoAPI.mtn.co.RW:443/", "https://proxy.momoapi.mtn.co.rw"),
        ("https://proxy.momoapi.mtn.com", "https://proxy.momoapi.mtn.com"),
        ("https://sandbox.momodeveloper.mtn.com", "https://sandbox.momodeveloper.mtn.com"),
        ("https://host:8443", "https://host:8443"),
        ("https://host:80", "https://host:80"),
        ("https://host:1", "https://host:1"),
        ("https://host:65535/", "https://host:65535"),
        ("https://host/a/b", "https://host/a/b"),
        ("https://host/a/b/", "https://host/a/b"),
        ("https://host/A/B", "https://host/A/B"),
        ("https://host/a:b/~c-d_e.f/$&'()*+,;=!", "https://host/a:b/~c-d_e.f/$&'()*+,;=!"),
        ("https://host/a%20b", "https://host/a%20b"),
        ("https://host/.../..a/a..", "https://host/.../..a/a.."),
        ("https://host/token/v1", "https://host/token/v1"),
        ("https://host/tokens", "https://host/tokens"),
        ("https://xn--mnchen-3ya.de", "https://xn--mnchen-3ya.de"),
        ("https://my_host.internal", "https://my_host.internal"),
        ("https://1and1.com", "https://1and1.com"),
        ("https://0x7f.example", "https://0x7f.example"),
        ("https://1.2.3.4.example", "https://1.2.3.4.example"),
        ("https://192.0.2.1:8443/x", "https://192.0.2.1:8443/x"),
        ("https://255.255.255.255", "https://255.255.255.255"),
        ("https://[2001:DB8:0:0::1]", "https://[2001:db8::1]"),
        ("https://[2001:db8::1]:443", "https://[2001:db8::1]"),
        ("https://[::ffff:127.0.0.1]:8443", "https://[::ffff:127.0.0.1]:8443"),
        ("http://localhost", "http://localhost"),
        ("http://LOCALHOST:80/", "http://localhost"),
        ("http://localhost:443", "http://localhost:443"),
        ("http://127.0.0.1:8080/mock", "http://127.0.0.1:8080/mock"),
        ("http://127.255.255.254", "http://127.255.255.254"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://[0:0:0:0:0:0:0:1]:80", "http://[::1]"),
        ("http://[0000::0.0.0.1]", "http://[::1]"),
        ("https://localhost", "https://localhost"),
        // Others may have gateways of their own in that domain.
        ("https://momo.azure-api.net", "https://momo.azure-api.net"),
        ("https://ericssonbasicapi1.example", "https://ericssonbasicapi1.example"),
    ];
    for (text, canonical) in rows {
        let url = BaseUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(url.canonical(), canonical, "{text}");
        // What is canonical stays as it is.
        assert_eq!(BaseUrl::parse(canonical).as_ref(), Ok(&url));
    }
}

fn assert_refused(cases: &[(&str, &str)]) {
    test_refusals::assert_refused(BaseUrl::parse, cases);
}

#[test]
fn a_url_without_scheme_or_host_is_refused() {
    #[rustfmt::skip]
    assert_refused(&[
        ("", "is empty"),
        ("proxy.momoapi.mtn.co.rw", "does not begin with https://"),
        ("proxy.momoapi.mtn.co.rw:443", "does not begin with https://"),
        ("//host", "does not begin with https://"),
        ("://host", "does not begin with https://"),
        ("ftp://host", "does not begin with https://"),
        ("httpss://host", "does not begin with https://"),
        ("https", "does not begin with https://"),
        ("https:host", "two slashes"),
        ("https:/host", "two slashes"),
        ("https:", "two slashes"),
        ("http:localhost", "two slashes"),
        ("https://", "has no host"),
        ("https:///", "has no host"),
        ("https:///host", "has no host"),
        ("https://:443", "has no host"),
        ("https://:443/a", "has no host"),
    ]);
}

#[test]
fn urls_that_two_parsers_read_differently_are_refused() {
    assert_refused(&[
        ("https://user:pw@host", "'@'"),
        ("https://user@host", "'@'"),
        ("https://@host", "'@'"),
        ("https://host/a@b", "'@'"),
        ("https://host?a=b", "query"),
        ("https://host/?", "query"),
        ("https://host/#", "fragment"),
        ("https://host#a", "fragment"),
        ("https://evil.org\\.host", "backslash"),
        ("https://host/a\\b", "backslash"),
        ("https:\\\\host", "backslash"),
        (" https://host", "blank"),
        ("https://host ", "blank"),
        ("https://host\n", "blank"),
        ("https://ho\tst", "blank"),
        ("https://host/a\u{7f}", "control character"),
        ("https://host/a\0", "control character"),
        ("https://host\u{85}", "control character"),
        ("https://m\u{fc}nchen.de", "xn--"),
        ("https://host/\u{e9}", "not ASCII"),
        ("https://host\u{3002}com", "not ASCII"),
        ("https\u{ff1a}//host", "not ASCII"),
    ]);
}

#[test]
fn plain_http_is_for_the_loopback_only() {
    for host in [
        "proxy.momoapi.mtn.co.rw",
        "localhost.example.com",
        "foo.localhost",
        "localhost4",
        "ip6-localhost",
        "128.0.0.1",
        "126.255.255.255",
        "0.0.0.0",
        "192.168.0.1",
        "[::]",
        "[::2]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
    ] {
        assert_refused(&[(&format!("http://{host}"), "unencrypted")]);
        assert!(BaseUrl::parse(&format!("https://{host}")).is_ok(), "{host}");
    }
    assert_refused(&[
        ("http://127.1", "four decimal parts"),
        ("http://localhost.", "ends with a dot"),
        ("http://localhost@evil.org", "'@'"),
        ("http://localhost:80@evil.org", "'@'"),
    ]);
}

#[test]
fn a_path_has_one_spelling() {
    assert_refused(&[
        ("https://host//", "an empty segment"),
        ("https://host//a", "an empty segment"),
        ("https://host/a//b", "an empty segment"),
        ("https://host/a//", "an empty segment"),
        ("https://host/.", "a dot segment"),
        ("https://host/..", "a dot segment"),
        ("https://host/a/../b", "a dot segment"),
        ("https://host/a/./b/", "a dot segment"),
        ("https://host/%2e%2e/b", "a dot segment"),
        ("https://host/%2E", "a dot segment"),
        ("https://host/.%2e", "a dot segment"),
        ("https://host/%2E./a", "a dot segment"),
        ("https://host/a%", "RFC 3986"),
        ("https://host/a%2", "RFC 3986"),
        ("https://host/a%2g", "RFC 3986"),
        ("https://host/%%41", "RFC 3986"),
        ("https://host/a\"b", "RFC 3986"),
        ("https://host/<a>", "RFC 3986"),
        ("https://host/[a]", "RFC 3986"),
        ("https://host/{a}", "RFC 3986"),
        ("https://host/a|b", "RFC 3986"),
        ("https://host/a^b", "RFC 3986"),
        ("https://host/a`b", "RFC 3986"),
        ("https://host/a%2fb", "escaped slash"),
        ("https://host/..%2Fb", "escaped slash"),
        ("https://host/a%5Cb", "backslash"),
        ("https://host/a%00", "control character"),
        ("https://host/a%0d%0a", "control character"),
        ("https://host/a%1F", "control character"),
        ("https://host/a%7F", "control character"),
    ]);
}

#[test]
fn the_commonest_mistakes_are_named() {
    #[rustfmt::skip]
    assert_refused(&[
        ("https://momodeveloper.mtn.com", "sandbox.momodeveloper.mtn.com"),
        ("https://www.momodeveloper.mtn.com/", "portal"),
        ("https://momoapi.mtn.com/", "proxy.momoapi.mtn.com"),
        ("https://WWW.MoMoAPI.mtn.com:443/api", "portal"),
        ("https://ericssonbasicapi1.azure-api.net", "is a retired address of MTN's gateway"),
        ("https://proxy.momoapi.mtn.co.rw/disbursement/token/", "give the base only"),
        ("https://host/collection/v2_0/requesttopay", "has /collection"),
        ("https://proxy.momoapi.mtn.co.rw/disbursement/token", "has /token"),
        ("https://proxy.momoapi.mtn.co.rw/disbursement", "has /disbursement"),
        ("https://proxy.momoapi.mtn.co.rw/disbursement/", "has /disbursement"),
        ("https://proxy.momoapi.mtn.co.rw/a/collection/", "has /collection"),
        ("https://proxy.momoapi.mtn.co.rw/Remittance", "has /remittance"),
    ]);
}

#[test]
fn user_info_is_never_repeated() {
    assert!(BaseUrl::parse("https://s3cret").is_ok());
    assert_refused(&[
        ("https://user:s3cret@host", "'@'"),
        ("https://s3cret@host:0", ""),
        ("s3cret", ""),
        ("s3cret:x", ""),
        ("https:s3cret", "two slashes"),
        ("https://host:s3cret", ""),
        ("https://[s3cret]", ""),
        ("https://user:s3cret\\@host", ""),
        ("https://user:s3cret@momoapi.mtn.com", "'@'"),
        ("http://s3cret", "unencrypted"),
        ("https://host/s3cret/token", "has /token"),
    ]);
}
