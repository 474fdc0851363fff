//! A program in C, compiled as its readers would, and what a run of it came to.
#![allow(unreachable_pub)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use momo_mock_gateway::Gateway;

use crate::artifacts::{INCLUDE, ROOT, TMP, at_gateway, library_dir, output, succeed};

const WARNINGS: &str = "-std=c99 -g -Wall -Wextra -Wpedantic -Werror";
const VALGRIND: &str = "valgrind --quiet --error-exitcode=99 --leak-check=full \
                        --show-leak-kinds=definite --errors-for-leak-kinds=definite";

/// Runs with the mock gateway's options and none of this process's.
pub struct Program {
    pub path: PathBuf,
    pub gateway: Gateway,
}

impl Program {
    /// Under a name of this test's own: tests run side by side.
    pub fn new(source: &str, test: &str) -> Self {
        let stem = Path::new(source).file_stem().unwrap().to_str().unwrap();
        let path = Path::new(TMP).join(format!("{stem}-{test}"));
        let lib = library_dir().display();
        let mut cc = Command::new("cc");
        cc.args(WARNINGS.split(' ')).args(["-I", INCLUDE, "-o"]);
        cc.arg(&path).arg(format!("{ROOT}/{source}"));
        cc.args([&format!("-L{lib}"), "-lmomo", &format!("-Wl,-rpath,{lib}")]);
        succeed(cc.arg("-pthread"));
        let gateway = Gateway::start().unwrap();
        Self { path, gateway }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        self.with_options(command.args(arguments));
        command
    }

    fn with_options(&self, command: &mut Command) {
        at_gateway(command, &self.gateway).env("MOMO_MAX_ATTEMPTS", "1");
    }

    pub fn run(&self, arguments: &[&str]) -> Done {
        Done::of(output(&mut self.command(arguments)))
    }

    /// Under valgrind, over plain http: nothing of ring's comes into it, and no report has to be
    /// suppressed.
    pub fn valgrind(&self, arguments: &[&str]) -> Command {
        let mut words = VALGRIND.split_whitespace();
        let mut command = Command::new(words.next().unwrap());
        command.args(words);
        self.with_options(command.arg(&self.path).args(arguments));
        command.env("MOMO_BASE_URL", self.gateway.plain_base_url());
        // A program is some thirty times slower, on a machine that may be busy.
        for name in ["TIMEOUT", "ATTEMPT_TIMEOUT", "CONNECT_TIMEOUT"] {
            command.env(format!("MOMO_{name}"), "5m");
        }
        command
    }
}

#[derive(Debug)]
pub struct Done {
    pub code: Option<i32>,
    pub out: String,
    pub error: String,
}

impl Done {
    pub fn of(done: Output) -> Self {
        Self {
            code: done.status.code(),
            out: String::from_utf8(done.stdout).unwrap(),
            error: String::from_utf8(done.stderr).unwrap(),
        }
    }
}
