//! The code of docs/monitoring.md runs: its exporter against the mock gateway, its alert rules in
//! promtool.

use std::path::Path;
use std::process::Command;

use crate::artifacts::{ROOT, at_gateway, output, shared_library, succeed};
use crate::child::{Program, Scratch, free_port, wait_for};
use momo_mock_gateway::Gateway;

/// The page's block of code in this language.
fn code(language: &str) -> &'static str {
    let page = include_str!("../../docs/monitoring.md");
    let fence = format!("```{language}\n");
    let mut blocks = page.split(&fence).skip(1);
    let block = blocks.next().unwrap().split("```").next().unwrap();
    assert!(blocks.next().is_none(), "one block of {language}");
    block
}

/// A Python that has the page's package.
fn python() -> &'static str {
    let mut known = ["python3", "/usr/bin/python3"].into_iter();
    let has = |python: &&str| {
        let mut import = Command::new(python);
        output(import.args(["-c", "import prometheus_client"]))
            .status
            .success()
    };
    let python = known.find(has);
    python.expect("no python3 has prometheus_client; scripts/deps.sh installs what tests need")
}

struct Exporter {
    port: u16,
    _program: Program,
}

impl Exporter {
    fn start(gateway: &Gateway, scratch: &Scratch, api_key: &str) -> Self {
        let (port, script) = (free_port(), scratch.write("exporter.py", code("python")));
        let mut command = Command::new(python());
        command.arg(script).arg(port.to_string());
        at_gateway(&mut command, gateway)
            .env("PYTHONPATH", format!("{ROOT}/bindings/python"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("LIBMOMO_PATH", shared_library())
            .env("MOMO_API_KEY", api_key)
            .stderr(std::process::Stdio::null());
        Self {
            port,
            _program: Program::serving(&mut command, port),
        }
    }

    /// The value of a series, as the page is scraped.
    fn value(&self, series: &str) -> f64 {
        let url = format!("http://127.0.0.1:{}/metrics", self.port);
        let page = succeed(Command::new("curl").args(["-sf", "--noproxy", "*", &url]));
        let lines = page.lines();
        let mut values = lines.filter_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        let value = values
            .next()
            .unwrap_or_else(|| panic!("no {series}:\n{page}"));
        value.parse().unwrap()
    }

    fn wait(&self, series: &str, value: f64) {
        wait_for(series, || (self.value(series) - value).abs() < 1e-9);
    }
}

#[test]
fn the_exporter_tells_of_a_token_and_of_a_refused_key() {
    let (gateway, scratch) = (Gateway::start().unwrap(), Scratch::new());
    let well = Exporter::start(&gateway, &scratch, &gateway.credentials().api_key);
    well.wait("momo_tokens_issued_total", 1.0);
    well.wait("momo_requests_total", 1.0);
    well.wait("momo_failures_total{group=\"credential\"}", 0.0);
    well.wait("momo_last_failure_status", 0.0);
    let left = well.value("momo_token_expires_in_seconds");
    assert!((3500.0..=3600.0).contains(&left), "{left}");
    let refused = Exporter::start(&gateway, &scratch, "wrong");
    refused.wait("momo_failures_total{group=\"credential\"}", 1.0);
    refused.wait("momo_last_failure_status", 20.0);
    refused.wait("momo_tokens_issued_total", 0.0);
    refused.wait("momo_token_expires_in_seconds", 0.0);
    assert!(refused.value("momo_cooldown_seconds") > 0.0);
    assert!(refused.value("momo_last_failure_timestamp_seconds") > 1.7e9);
}

#[test]
fn the_alert_rules_are_sound_and_wake_only_where_something_is_wrong() {
    let scratch = Scratch::new();
    let rules = scratch.write("rules.yml", code("yaml"));
    let tests = scratch.write("tests.yml", include_str!("../data/monitoring_rules.yml"));
    let promtool = |arguments: [&str; 2], file: &Path| {
        // scripts/deps.sh leaves it there: to install the package would start a server.
        let path = format!(
            "{ROOT}/build/tools/usr/bin:{}",
            std::env::var("PATH").unwrap()
        );
        let mut command = Command::new("sh");
        command
            .args(["-c", "exec promtool \"$@\"", "sh"])
            .args(arguments);
        succeed(command.arg(file).env("PATH", path));
    };
    promtool(["check", "rules"], &rules);
    promtool(["test", "rules"], &tests);
}
