//! A program in C, compiled as its readers would, and what a run of it came to.
#![allow(unreachable_pub)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use momo_mock_gateway::Gateway;

use crate::artifacts::{INCLUDE, ROOT, TMP, at_gateway, library_dir, output, succeed};

const WARNINGS: &str = "-std=c99 -g -Wall -Wextra -Wpedantic -Werror";

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
        at_gateway(command.args(arguments), &self.gateway).env("MOMO_MAX_ATTEMPTS", "1");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Done {
        Done::of(output(&mut self.command(arguments)))
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
