use super::options::OPTIONS;
use super::*;
use crate::test_settings::credentials_of;

/// The option table as users read it.
fn documentation() -> String {
    let mut out = String::from(
        "# Options\n\n\
         Set with `momo_set_option(config, name, value, &error)`, or from the environment with\n\
         `momo_set_options_from_env(config, &error)`: there an empty variable is an unset one.\n\
         Durations are a whole number and a unit: `250ms`, `10s`, `5m`, `1h`.\n\n\
         | option | environment | default | values | |\n| --- | --- | --- | --- | --- |\n",
    );
    for option in &OPTIONS {
        let default = match option.default {
            "" => String::new(),
            default => format!("`{default}`"),
        };
        out.push_str(&format!(
            "| `{}` | `MOMO_{}` | {default} | {} | {} |\n",
            option.name,
            option.name.to_uppercase(),
            option.values,
            option.text
        ));
    }
    out
}

#[test]
fn the_documentation_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/options.md");
    if std::env::var_os("MOMO_WRITE_DOCS").is_some() {
        std::fs::write(path, documentation()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    assert_eq!(written, documentation(), "run `make headers`");
}

#[test]
fn the_defaults_are_values_that_can_be_set() {
    let mut config = Config::default();
    for option in OPTIONS.iter().filter(|o| !o.default.is_empty()) {
        config.set(option.name, option.default).unwrap();
    }
}

#[test]
fn a_bound_of_an_option_is_a_value_and_what_is_beyond_is_none() {
    let set = |name: &str, value: &str| Config::default().set(name, value).is_ok();
    for (name, value, beyond) in [
        ("refresh_margin", "24h", "86401s"),
        ("refresh_margin", "0s", "-1s"),
        ("timeout", "1h", "3601s"),
        ("timeout", "1ms", "0ms"),
        ("max_attempts", "10", "11"),
        ("max_attempts", "1", "0"),
        ("max_attempts", "010", "011"),
    ] {
        assert!(set(name, value), "{name}={value}");
        assert!(!set(name, beyond), "{name}={beyond}");
    }
}

#[test]
fn a_report_has_a_row_for_each_option_and_no_secret() {
    let mut config = Config::default();
    for (name, value) in [
        ("api_user", "s3cret-user"),
        ("api_key", "s3cret-key"),
        ("subscription_key", "s3cret-key"),
        ("secondary_subscription_key", ""),
        ("proxy", "http://s3cret:s3cret@proxy.example"),
        ("cache", "client"),
        ("timeout", "7s"),
    ] {
        config.set(name, value).unwrap();
    }
    config.set("timeout", "s3cret").unwrap_err();
    let settings = Settings::of(&config).unwrap();
    let rows = settings.report(&config, &credentials_of(&settings));
    let lines: Vec<_> = log_lines(&rows).into_iter().map(|l| l.text).collect();
    assert!(lines.iter().all(|l| !l.contains("s3cret")), "{lines:?}");
    assert_eq!(lines.len(), OPTIONS.len() + 2);
    for line in [
        "option api_user: 11 characters, set by the program",
        "option secondary_subscription_key: not set",
        "option timeout: 7s, set by the program",
        "option attempt_timeout: 10s, the default",
        "option proxy: proxy.example:1080, set by the program",
        "option cache: client, set by the program",
    ] {
        assert!(lines.iter().any(|l| l == line), "{line}: {lines:?}");
    }
    let warned = |lines: &[String]| lines.iter().any(|l| l.contains("are the same text"));
    assert!(warned(&lines[OPTIONS.len()..]), "{lines:?}");
}
