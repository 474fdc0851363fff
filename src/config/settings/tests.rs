use super::*;
use crate::config::options::OPTIONS;
use crate::test_settings::{API_USER, credentials_of, settings_of, settings_with};

fn of(name: &str, value: &str) -> Settings {
    settings_with(&[(name, value)])
}

fn refused(name: &str, value: &str) -> String {
    settings_of(&[(name, value)]).err().unwrap().message
}

#[test]
fn each_option_sets_what_it_names() {
    assert_eq!(of("product", "collection").product, "collection");
    assert_eq!(of("timeout", "2s").timeout.as_secs(), 2);
    assert_eq!(of("attempt_timeout", "3s").attempt_timeout.as_secs(), 3);
    assert_eq!(of("connect_timeout", "4s").connect_timeout.as_secs(), 4);
    assert_eq!(of("max_attempts", "7").max_attempts, 7);
    assert!(of("refresh", "caller").refresh_by_caller);
    assert!(!of("refresh", "background").refresh_by_caller);
    assert_eq!(of("refresh_margin", "5m").refresh_margin.as_secs(), 300);
    assert_eq!(of("ca", "system").ca, Ca::System);
    assert_eq!(of("ca", "mozilla").ca, Ca::Mozilla);
    let here = std::env::current_dir().unwrap();
    for (value, path) in [("/a.pem", "/a.pem".into()), ("a.pem", here.join("a.pem"))] {
        assert_eq!(of("ca", value).ca, Ca::File(path));
    }
    assert_eq!(of("user_agent", "Pay/1").user_agent, "Pay/1");
    assert_eq!(of("user_agent", "").user_agent, "");
    let proxy = of("proxy", "http://proxy.example:3128").proxy;
    assert_eq!(proxy.unwrap().shown(), "proxy.example:3128");
    assert!(of("proxy", "none").proxy.is_none());
}

#[test]
fn each_cache_is_what_it_is_called_and_who_shares_it() {
    #[rustfmt::skip]
    let rows = [
        ("process", CachePolicy::Process, true, true),
        ("client", CachePolicy::Client, false, true),
        ("none", CachePolicy::None, false, false),
        #[cfg(unix)]
        ("file:/run/tokens", CachePolicy::File("/run/tokens".into()), true, true),
    ];
    for (text, cache, shared, keeps) in rows {
        let found = of("cache", text).cache;
        assert_eq!(found, cache);
        assert_eq!(found.joins_equal_clients(), shared);
        assert_eq!(found.keeps_tokens(), keeps);
        assert_eq!(found.shown(), text);
    }
    assert!(refused("cache", "file:relative").contains("not an absolute path"));
    for other in ["memory", "in memory"] {
        assert!(refused("cache", other).contains("it is process, client, none"));
    }
    #[cfg(unix)]
    assert_eq!(of("cache", "file:/run/t/").cache.shown(), "file:/run/t");
}

#[test]
fn options_beside_the_url_of_a_redis_server_complete_it() {
    let with = |cache, options: &[(&str, &str)]| {
        settings_of(&[&[("cache", cache)], options].concat()).map(|settings| settings.cache)
    };
    let refused = |cache, options: &[_]| with(cache, options).err().unwrap().message;
    let file = ("cache_password_file", "/run/password");
    let (certificate, key) = (
        ("cache_client_certificate", "/c"),
        ("cache_client_key", "/k"),
    );
    let cache = with("rediss://me@h", &[file, certificate, key]).unwrap();
    assert!(cache.joins_equal_clients() && cache.keeps_tokens());
    assert_eq!(cache.shown(), "rediss://h:6379/0");
    let CachePolicy::Redis(url) = cache else {
        panic!("it is no Redis server");
    };
    assert!(url.user.is_some() && url.password_file.is_some() && url.client_certificate.is_some());
    assert!(refused("redis://:s3cret@h", &[file]).contains("both cache and cache_password_file"));
    assert!(refused("redis://s3cret@h", &[]).contains("a login without a password"));
    assert!(refused("rediss://h", &[key]).contains("set both"));
    assert!(refused("rediss://h", &[certificate]).contains("set both"));
    assert!(refused("redis://h", &[certificate, key]).contains("rediss://"));
    assert!(with("process", &[file, certificate]).is_ok());
}

#[test]
fn the_longest_texts_are_taken_and_longer_ones_refused() {
    for (option, start, end, longest) in [
        ("api_key", "", "", 1024),
        ("base_url", "https://host/", "", 2048),
        // With a password that fills what is left.
        ("proxy", "http://u:", "@h", 2048),
        ("cache", "redis://:", "@h", 2048),
    ] {
        let taken = |length: usize| {
            let middle = "p".repeat(length - start.len() - end.len());
            settings_of(&[(option, &format!("{start}{middle}{end}"))]).is_ok()
        };
        let found = [longest, longest + 1, longest + 2].map(taken);
        assert_eq!(found, [true, false, false], "{option}");
    }
}

#[test]
fn what_is_likely_to_be_a_mistake_is_warned_of() {
    let warned = |options: &[(&str, &str)]| {
        let settings = settings_with(options);
        let credentials = credentials_of(&settings);
        let warnings = OPTIONS.iter();
        let warnings = warnings.map(|o| (o.name, settings.warning(o.name, &credentials)));
        let first_words = |(option, text): (&str, &str)| {
            assert!(text.contains(option), "{option}: {text}");
            text.split(' ').take(4).collect::<Vec<_>>().join(" ")
        };
        let warnings = warnings.filter(|(_, text)| !text.is_empty());
        warnings.map(first_words).collect::<Vec<_>>()
    };
    #[rustfmt::skip]
    let rows = [
        ("api_user", "somebody", "api_user is no UUID,"),
        ("api_key", "the-primary-key", "api_key and the subscription"),
        ("secondary_subscription_key", "an-api-key", "api_key and the subscription"),
        ("base_url", "https://momo.azure-api.net", "MTN has given up"),
        ("cache", "redis://:pass@cache.example", "the password of Redis"),
    ];
    for (name, value, words) in rows {
        assert_eq!(warned(&[(name, value)]), [words]);
    }
    for (name, value) in [
        ("api_user", API_USER),
        ("secondary_subscription_key", "another"),
        ("base_url", "https://azure-api.net.example"),
        ("cache", "redis://cache.example"),
        ("cache", "rediss://:pass@cache.example"),
        ("cache", "redis://:pass@localhost"),
        ("cache", "redis://:pass@127.0.0.1"),
        ("cache", "redis://:pass@[::1]"),
        #[cfg(unix)]
        ("cache", "redis+unix://:pass@/run/redis.sock"),
    ] {
        assert!(warned(&[(name, value)]).is_empty(), "{name}={value}");
    }
}

#[test]
fn every_secret_is_hidden_by_the_redactor_and_in_debug_forms() {
    let settings = settings_with(&[
        ("secondary_subscription_key", "the-secondary"),
        ("proxy", "http://proxyuser:proxypass@proxy.example:3128"),
        ("cache", "redis://redisuser:redispassword@cache.example"),
    ]);
    let credentials = credentials_of(&settings);
    let redactor = settings.redactor(&credentials);
    let shown = format!("{settings:#?} {credentials:?} {redactor:?}");
    assert!(!shown.contains("redisuser"), "{shown}");
    for secret in [
        API_USER,
        "an-api-key",
        "the-primary-key",
        "the-secondary",
        "proxyuser",
        "proxypass",
        // "proxyuser:proxypass" as Basic authentication sends it.
        "cHJveHl1c2VyOnByb3h5cGFzcw",
        "redispassword",
    ] {
        assert_eq!(redactor.clean(secret.as_bytes(), 1000), "[redacted]");
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_path_of_a_credential_is_read_and_an_empty_one_is_none() {
    let directory = crate::test_directory::TestDirectory::new();
    std::fs::write(directory.path("key"), "from-a-file\r\n").unwrap();
    let path = directory.path("key");
    let settings = settings_with(&[
        ("api_user_file", ""),
        ("secondary_subscription_key_file", path.to_str().unwrap()),
    ]);
    let secondary = &credentials_of(&settings).subscription_keys[1];
    assert_eq!(secondary.expose(), "from-a-file");
    let told = secondary.describe();
    assert!(told.contains("11 characters") && told.contains(&*path.to_string_lossy()));
    let both = refused("api_key_file", "/no/such/file");
    let words = "both api_key and api_key_file are set";
    assert!(both.contains(words), "{both}");
}
