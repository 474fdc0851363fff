//! The part of proxies.rs about NO_PROXY: tests/data/no_proxy.tsv, by curl and by this library.

use std::process::{Command, Stdio};

use super::credentials;
use crate::child::{again, case, var};
use crate::peer::{Peer, closing};

/// NO_PROXY, host, "direct" or "proxy".
fn table() -> Vec<(String, &'static str, &'static str)> {
    let lines = include_str!("../../data/no_proxy.tsv").lines();
    let rows = lines.filter(|l| !l.is_empty() && !l.starts_with('#'));
    let columns = rows.map(|row| {
        let columns: Vec<&str> = row.split('\t').collect();
        // A tab may stand in the first column.
        let [list @ .., host, way] = columns.as_slice() else {
            panic!("{row:?}");
        };
        (list.join("\t").replace("\\t", "\t"), *host, *way)
    });
    columns.collect()
}

const NAME: &str = "no_proxy::no_proxy_sends_past_the_proxy_whom_the_real_curl_sends_past_it";

/// In a network that is only a loopback, so that going past the proxy ends at once. Whether the
/// proxy was asked is all that is looked at.
#[test]
fn no_proxy_sends_past_the_proxy_whom_the_real_curl_sends_past_it() {
    match case().as_deref() {
        None => again(NAME, "all").cut_off(&[]).run(),
        Some("all") => compare(),
        Some(_) => {
            let config = credentials(&var("BASE_URL"), "mozilla");
            config.set("timeout", "1s");
            config.client().create().unwrap_err();
        }
    }
}

fn compare() {
    let proxy = Peer::start(closing);
    let asked = |run: &mut dyn FnMut()| {
        let before = proxy.accepted();
        run();
        if proxy.accepted() > before {
            "proxy"
        } else {
            "direct"
        }
    };
    let (mut compared, mut left_out) = (0, 0);
    for (list, host, expected) in table() {
        let url = format!("https://{host}:9/");
        let curl = asked(&mut || {
            let mut command = Command::new("curl");
            command.args(["-s", "--max-time", "1", &url]);
            command.env("HTTPS_PROXY", proxy.url("http"));
            command.env("NO_PROXY", &list).env_remove("no_proxy");
            command.env_remove("https_proxy");
            command.stdout(Stdio::null()).status().unwrap();
        });
        assert_eq!(curl, expected, "curl: NO_PROXY={list:?} {host}");
        // A final dot is refused in base_url; a unit test has these rows.
        if host.ends_with('.') {
            left_out += 1;
            continue;
        }
        let ours = asked(&mut || {
            let child = again(NAME, "one").env("BASE_URL", &url);
            let child = child.env("HTTPS_PROXY", proxy.url("http"));
            child.env("NO_PROXY", &list).run();
        });
        assert_eq!(ours, expected, "ours: NO_PROXY={list:?} {host}");
        compared += 1;
    }
    assert_eq!((compared, left_out), (157, 3));
}
