use std::ffi::OsString;

use super::{ProxyUrl, from_env};
use crate::config::test_refusals::assert_refused;

/// With user and password as they are sent.
fn decoded(proxy: &ProxyUrl) -> String {
    let (scheme, host, port) = (proxy.scheme.as_str(), &proxy.host, proxy.port);
    let login = proxy.login().map(|login| login.join(":") + "@");
    format!("{scheme}://{}{host}:{port}", login.unwrap_or_default())
}

#[test]
fn a_proxy_is_read_as_curl_reads_it() {
    #[rustfmt::skip]
    let rows = [
        ("http://proxy.example", "http://proxy.example:1080"),
        ("http://proxy.example/", "http://proxy.example:1080"),
        ("http://proxy.example:3128", "http://proxy.example:3128"),
        ("http://proxy.example:80", "http://proxy.example:80"),
        ("HTTP://Proxy.Example:3128/", "http://proxy.example:3128"),
        ("https://proxy.example", "https://proxy.example:443"),
        ("https://proxy.example:8443/", "https://proxy.example:8443"),
        ("proxy.example", "http://proxy.example:1080"),
        ("proxy.example:3128", "http://proxy.example:3128"),
        ("localhost:8080/", "http://localhost:8080"),
        ("10.0.0.1:3128", "http://10.0.0.1:3128"),
        ("[2001:DB8::0:1]", "http://[2001:db8::1]:1080"),
        ("https://[::1]:8443", "https://[::1]:8443"),
        ("http://user:pw@proxy:3128", "http://user:pw@proxy:3128"),
        ("http://a+b:c%%41@proxy:3128", "http://a+b:c%A@proxy:3128"),
        ("user:pw@proxy", "http://user:pw@proxy:1080"),
        ("user@proxy", "http://user:@proxy:1080"),
        ("user:@proxy", "http://user:@proxy:1080"),
        (":pw@proxy", "http://:pw@proxy:1080"),
        ("@proxy", "http://proxy:1080"),
        ("http://u:p:q@proxy", "http://u:p:q@proxy:1080"),
        ("http://CORP\\me:pw@proxy", "http://CORP\\me:pw@proxy:1080"),
        ("http://me%40corp:p%2f%3F%23@proxy", "http://me@corp:p/?#@proxy:1080"),
        ("http://u:100%@proxy", "http://u:100%@proxy:1080"),
        ("http://u:%zz%4@proxy", "http://u:%zz%4@proxy:1080"),
        ("http://u:[p]@proxy", "http://u:[p]@proxy:1080"),
        ("http://u:p\u{e9}@proxy", "http://u:p\u{e9}@proxy:1080"),
        ("http://u:p%C3%A9@proxy", "http://u:p\u{e9}@proxy:1080"),
        ("socks5h://proxy", "socks5h://proxy:1080"),
        ("SOCKS5://u:p@[::1]:9050/", "socks5h://u:p@[::1]:9050"),
        ("http://proxy:3128/path//?query#part", "http://proxy:3128"),
        ("proxy/path", "http://proxy:1080"),
        ("http://proxy?x", "http://proxy:1080"),
        ("http://proxy#x", "http://proxy:1080"),
        ("http://proxy.example.:3128", "http://proxy.example:3128"),
        ("https://proxy.", "https://proxy:443"),
    ];
    for (text, url) in rows {
        let proxy = ProxyUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(decoded(&proxy), url, "{text}");
    }
}

#[test]
fn credentials_are_shown_nowhere() {
    let proxy = ProxyUrl::parse("http://me%40corp:s3cret%3A%2f@Proxy:3128").unwrap();
    let shown = format!("{} {proxy:?}", proxy.shown());
    assert!(shown.starts_with("proxy:3128 "), "{shown}");
    assert!(!shown.contains("corp"), "{shown}");
    assert!(!shown.contains("s3cret"), "{shown}");
}

#[test]
fn what_is_no_proxy_is_refused_and_not_repeated() {
    let long = format!("http://s3cret{}", "a".repeat(2_048));
    let parse =
        |text: &str| ProxyUrl::parse(text).inspect_err(|why| assert!(why.starts_with("the ")));
    #[rustfmt::skip]
    assert_refused(parse, &[
        ("", "is empty"),
        (" ", "a blank"),
        ("http://proxy:3128\n", "a blank"),
        ("http://s3cret @proxy", "a blank"),
        ("http://s3cret\u{7f}@proxy", "control character"),
        ("http://s3cret\u{a0}@proxy", "a blank"),
        (&long, "longer than 2,048"),
        ("http://", "has no host"),
        ("https:///", "has no host"),
        ("http://:3128", "has no host"),
        ("http://[.::1]:3128", "not an IPv6 address"),
        ("s3cret:s3cret@", "has no host"),
        ("http:s3cret", "two slashes"),
        ("http:/proxy", "two slashes"),
        ("https:proxy:3128", "two slashes"),
        ("SOCKS4a://s3cret", "an older SOCKS, and only http://"),
        ("socks4://proxy", "an older SOCKS"),
        ("socks://proxy", "an older SOCKS"),
        ("socks5hh://proxy", "an older SOCKS"),
        (&format!("socks5h://u:s3cret{}@proxy", "a".repeat(250)), "255 bytes"),
        ("ftp://proxy", "scheme is unknown"),
        ("s3cret://proxy", "scheme is unknown"),
        ("user:s3cret://x@proxy", "scheme is unknown"),
        ("://proxy", "scheme is unknown"),
        ("http://user:s3/cret@proxy", "%2F"),
        ("http://user:s3cret#@proxy", "%23"),
        ("http://user:s3cret?@proxy", "%3F"),
        ("http://user:s3@cret@proxy", "%40"),
        ("http://us%3Aer:s3cret@proxy", "%3A"),
        ("http://user:s3cret%0d%0a@proxy", "escaped control"),
        ("http://user:s3cret%00@proxy", "escaped control"),
        ("http://user:s3cret%FF@proxy", "not UTF-8"),
        ("http://user:s3cret@", "has no host"),
        ("http://proxy:s3cret", "1 to 65535"),
        ("user:s3cret", "1 to 65535"),
        ("http://127.0.0.1.:x", "1 to 65535"),
        ("http://proxy..", "ends with a dot"),
        ("http://127.1", "four decimal parts"),
        ("http://proxy\\s3cret", "not a valid name"),
        ("http://pr\u{f6}xy", "not a valid name"),
    ]);
}

#[test]
fn the_option_is_env_none_or_a_url() {
    assert_eq!(ProxyUrl::of_option("env"), Ok(None));
    assert_eq!(ProxyUrl::of_option("none"), Ok(None));
    let url = ProxyUrl::parse("http://proxy:3128").unwrap();
    assert_eq!(ProxyUrl::of_option("proxy:3128"), Ok(Some(url)));
    for word in ["None", "ENV", "NONE"] {
        let error = ProxyUrl::of_option(word).unwrap_err();
        assert!(error.contains("lower case"), "{error}");
    }
    assert!(ProxyUrl::of_option("").is_err());
    assert!(ProxyUrl::of_option(" env").is_err());
}

/// In an environment of these variables; the value "?" is not UTF-8.
fn in_environment(variables: &str) -> Result<Option<ProxyUrl>, String> {
    #[cfg(unix)]
    let not_utf8: OsString = std::os::unix::ffi::OsStringExt::from_vec(vec![0xff]);
    #[cfg(windows)]
    let not_utf8: OsString = std::os::windows::ffi::OsStringExt::from_wide(&[0xd800]);
    from_env("host", |name| {
        let mut variables = variables.split(';');
        match variables.find_map(|variable| variable.strip_prefix(name)?.strip_prefix('='))? {
            "?" => Some(not_utf8.clone()),
            value => Some(value.into()),
        }
    })
}

// Each line without a bad value was tried with curl 7.88.1 and an https target.
#[test]
fn the_environment_is_searched_in_the_order_of_curl() {
    for (variables, used) in [
        ("", None),
        ("http_proxy=h;HTTP_PROXY=H", None),
        ("http_proxy=h;HTTP_PROXY=H;ALL_PROXY=A", Some("a")),
        ("ALL_PROXY=b;all_proxy=a", Some("a")),
        ("ALL_PROXY=b;all_proxy=c;HTTPS_PROXY=A", Some("a")),
        ("all_proxy=c;HTTPS_PROXY=b;https_proxy=a", Some("a")),
        ("https_proxy=;HTTPS_PROXY=b", Some("b")),
        ("HTTPS_PROXY=;all_proxy=b", Some("b")),
        ("all_proxy=;ALL_PROXY=b", Some("b")),
        ("https_proxy=;ALL_PROXY=", None),
        ("https_proxy=a;no_proxy=*", None),
        ("https_proxy=a;NO_PROXY=host", None),
        ("https_proxy=a;NO_PROXY=other", Some("a")),
        ("https_proxy=a;no_proxy=", Some("a")),
        // That in lower case hides the other unless it is empty.
        ("https_proxy=a;no_proxy=other;NO_PROXY=host", Some("a")),
        ("https_proxy=a;no_proxy=host;NO_PROXY=other", None),
        ("https_proxy=a;no_proxy=;NO_PROXY=host", None),
        ("https_proxy=a;no_proxy= ;NO_PROXY=host", Some("a")),
        // A bad value is no error if it is not used.
        ("https_proxy=socks4://proxy;NO_PROXY=host", None),
        ("https_proxy=?;NO_PROXY=*", None),
        ("https_proxy=a;HTTPS_PROXY=a b;NO_PROXY=host", None),
        ("no_proxy=?", None),
        ("HTTP_PROXY=a b;http_proxy=?", None),
        ("https_proxy=a;ALL_PROXY=a b;HTTPS_PROXY=?", Some("a")),
    ] {
        let got = in_environment(variables).unwrap();
        let want = used.map(|host| format!("http://{host}:1080"));
        assert_eq!(got.as_ref().map(decoded), want, "{variables}");
    }
}

#[test]
fn a_bad_value_that_would_be_used_is_an_error_of_its_variable() {
    for (variables, name) in [
        ("https_proxy=socks4://u:s3cret@proxy", "https_proxy"),
        ("HTTPS_PROXY=socks4://s3cret;all_proxy=a", "HTTPS_PROXY"),
        ("ALL_PROXY=a b", "ALL_PROXY"),
        ("all_proxy=?", "all_proxy"),
        ("https_proxy=?;HTTPS_PROXY=a", "https_proxy"),
        ("https_proxy=a;no_proxy=?", "no_proxy"),
        ("https_proxy=a;NO_PROXY=?", "NO_PROXY"),
    ] {
        let error = in_environment(variables).unwrap_err();
        assert!(error.contains(&format!("variable {name} ")), "{error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
}
