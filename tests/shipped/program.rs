//! A program in C that is shipped, and what a run of it came to.
#![allow(unreachable_pub)]

use std::path::PathBuf;
use std::process::{Command, Output};

use momo_mock_gateway::Gateway;

use crate::artifacts::{at_gateway, output};
use crate::host::{Link, compile};

/// Runs with the mock gateway's options and none of this process's.
pub struct Program {
    pub path: PathBuf,
    pub gateway: Gateway,
}

impl Program {
    pub fn new(source: &str) -> Self {
        Self {
            path: compile(&format!("../../{source}"), Link::Shared),
            gateway: Gateway::start().unwrap(),
        }
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
