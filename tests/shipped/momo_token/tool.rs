//! The program, compiled, and what a run of it came to.
#![allow(unreachable_pub)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use momo_mock_gateway::Gateway;

use crate::artifacts::{INCLUDE, ROOT, TMP, at_gateway, library_dir, output, succeed};

pub fn compile(test: &str) -> PathBuf {
    let program = Path::new(TMP).join(format!("momo-token-{test}"));
    let lib = library_dir().display();
    let mut cc = Command::new("cc");
    cc.args([
        "-std=c99",
        "-g",
        "-Wall",
        "-Wextra",
        "-Wpedantic",
        "-Werror",
    ]);
    cc.args(["-I", INCLUDE, "-o"]).arg(&program);
    cc.arg(format!("{ROOT}/tools/momo-token.c"));
    cc.args([&format!("-L{lib}"), "-lmomo", &format!("-Wl,-rpath,{lib}")]);
    succeed(&mut cc);
    program
}

/// Runs with the mock gateway's options and none of this process's.
pub struct Tool {
    pub program: PathBuf,
    pub gateway: Gateway,
}

impl Tool {
    pub fn new(test: &str) -> Self {
        Self {
            program: compile(test),
            gateway: Gateway::start().unwrap(),
        }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        at_gateway(&mut command, &self.gateway)
            .env("MOMO_MAX_ATTEMPTS", "1")
            .args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Done {
        Done::of(output(&mut self.command(arguments)))
    }

    pub fn base_url(&self, behaviour: &str) -> String {
        format!("base_url={}{behaviour}", self.gateway.base_url())
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
