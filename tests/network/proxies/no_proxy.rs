//! The part of proxies.rs about NO_PROXY: tests/data/no_proxy.tsv, by curl. A unit test has ours.

use std::process::{Command, Stdio};

use crate::child::{again, case};
use crate::peer::{Peer, closing};

/// In a network that is only a loopback, so that going past the proxy ends at once.
#[test]
fn the_real_curl_sends_past_the_proxy_whom_the_table_says() {
    if case().is_none() {
        return again(|| (), "all").cut_off(&[]).passes();
    }
    let proxy = Peer::start(closing);
    let table = include_str!("../../data/no_proxy.tsv").lines();
    for row in table.filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let columns: Vec<&str> = row.split('\t').collect();
        let &[list, host, expected] = columns.as_slice() else {
            panic!("not three columns: {row:?}");
        };
        let list = list.replace("\\t", "\t");
        let before = proxy.accepted();
        let mut curl = Command::new("curl");
        curl.args(["-s", "--max-time", "5", &format!("https://{host}:9/")]);
        curl.env("HTTPS_PROXY", proxy.url("http"));
        curl.env("NO_PROXY", &list).env_remove("no_proxy");
        curl.env_remove("https_proxy");
        curl.stdout(Stdio::null()).status().unwrap();
        let asked = proxy.accepted() > before;
        let way = if asked { "proxy" } else { "direct" };
        assert_eq!(way, expected, "NO_PROXY={list:?} {host}");
    }
}
