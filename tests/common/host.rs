//! Programs in C, compiled against the header and the released library, and the mock gateway as a
//! process of its own: what forks would inherit a gateway's sockets.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::Value;

use super::artifacts::{INCLUDE, ROOT, TMP, builder, library_dir};
pub use super::child::Host;
use super::child::succeed;

/// How a program comes by the library.
#[derive(Clone, Copy, PartialEq)]
pub enum Link {
    Shared,
    /// It loads the library itself.
    Not,
    /// Not a host, but a library to be preloaded into one.
    Preload,
}

/// One of tests/c, or another by its path from there, compiled once.
pub fn compile(source: &str, link: Link) -> PathBuf {
    static COMPILED: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(program) = compiled.get(source) {
        return program.clone();
    }
    let name = source.rsplit('/').next().unwrap();
    let program = Path::new(TMP).join(format!("{}-{name}.out", env!("CARGO_CRATE_NAME")));
    // Another compiler, if scripts/sanitizers.sh names one.
    let compiler = std::env::var("LIBMOMO_TEST_CC").unwrap_or_else(|_| "cc".to_owned());
    let mut words = compiler.split_whitespace();
    let mut command = Command::new(words.next().unwrap());
    command.args(words);
    command.args(["-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror"]);
    command.args(["-pthread", "-rdynamic", "-I", INCLUDE, "-o"]);
    command.arg(&program);
    command.arg(format!("{ROOT}/tests/c/{source}"));
    match link {
        Link::Shared => {
            let lib = library_dir().display();
            command.args([&format!("-L{lib}"), "-lmomo", &format!("-Wl,-rpath,{lib}")])
        }
        Link::Not => command.arg("-ldl"),
        Link::Preload => command.args(["-shared", "-fPIC", "-ldl"]),
    };
    succeed(&mut command);
    compiled.insert(source.to_owned(), program.clone());
    program
}

/// The mock gateway's program, built if it is not there yet.
fn mock_gateway() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let build = ["build", "--quiet", "-p", "momo-mock-gateway"];
        succeed(builder(env!("CARGO")).args(build));
        let target = Path::new(TMP).parent().unwrap();
        target.join("debug/momo-mock-gateway")
    })
}

pub struct Mock {
    program: Child,
    facts: Value,
}

impl Mock {
    pub fn start(arguments: &[&str]) -> Self {
        let mut program = Command::new(mock_gateway())
            .args(["--plain", "--until-stdin-closes"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = program.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let facts = serde_json::from_str(&line).unwrap();
        Self { program, facts }
    }

    fn fact(&self, name: &str) -> &str {
        self.facts[name].as_str().unwrap()
    }

    /// Its TLS address under this name.
    pub fn url(&self, host: &str) -> String {
        self.fact("base_url").replace("localhost", host)
    }

    fn admin(&self, method: &str, path: &str) -> String {
        let url = self.fact("plain_base_url").to_owned() + path;
        let options = ["-sSf", "--noproxy", "*", "-X", method];
        succeed(Command::new("curl").args(options).arg(url))
    }

    /// How many requests and connections there were since the last time, and forgets them.
    pub fn counts(&self) -> (u64, u64) {
        let counts: Value = serde_json::from_str(&self.admin("GET", "/__requests")).unwrap();
        self.admin("POST", "/__reset");
        let count = |name: &str| counts[name].as_u64().unwrap();
        (count("count"), count("connections"))
    }

    /// A program of tests/c for this gateway, at a path below its root: no name is looked up.
    pub fn host(&self, source: &str, behaviour: &str) -> Host {
        self.host_with(source, Link::Shared, behaviour)
    }

    pub fn host_with(&self, source: &str, link: Link, behaviour: &str) -> Host {
        let mut host = Host::new(&compile(source, link));
        host.env("MOMO_BASE_URL", self.url("127.0.0.1") + behaviour);
        for name in ["ca", "api_user", "api_key", "subscription_key"] {
            host.env(format!("MOMO_{}", name.to_uppercase()), self.fact(name));
        }
        host.env("MOMO_PROXY", "none").env("MOMO_MAX_ATTEMPTS", "1");
        // So that what waits in vain is told from what is slow.
        host.env("MOMO_TIMEOUT", "1m");
        host.env("MOMO_ATTEMPT_TIMEOUT", "1m");
        host
    }

    /// Runs it. No request is lost, and there is none that it does not know of. Gives what it
    /// printed, and the number of connections.
    pub fn run(&self, host: &Host, arguments: &[&str]) -> (String, u64) {
        let out = host.run(arguments);
        let (requests, connections) = self.counts();
        assert_eq!(requests, number(&out, "requests"), "{arguments:?}: {out}");
        (out, connections)
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        drop(self.program.stdin.take());
        let _ = self.program.wait();
    }
}

/// The number before this word in what a host printed.
pub fn number(out: &str, word: &str) -> u64 {
    let before = out.split(word).next().unwrap().trim_end();
    let digits = before.rsplit(|c: char| !c.is_ascii_digit()).next();
    digits
        .and_then(|d| d.parse().ok())
        .unwrap_or_else(|| panic!("no number of {word}: {out}"))
}
