//! Tests that need a process of their own (its environment, threads, rights or namespaces) run
//! themselves again in one; and the other programs they need.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use std::ffi::{OsStr, OsString};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const CASE: &str = "TEST_CASE";

/// The case this process was started for; None in the process that `cargo test` started.
pub fn case() -> Option<String> {
    std::env::var(CASE).ok()
}

pub fn var(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is passed by the test"))
}

/// The test that has this closure again, for one of its cases, in a process of its own.
pub fn again<F>(_of: F, case: &str) -> Host {
    // The type is named after the program and the test.
    let (_, name) = std::any::type_name::<F>().split_once("::").unwrap();
    let name = name.trim_end_matches("::{{closure}}");
    let mut host = Host::new(&std::env::current_exe().unwrap());
    let words = [name, "--nocapture", "--test-threads=1"].map(OsString::from);
    host.words.extend(words);
    host.env(CASE, case);
    host
}

/// A run of a program, with nothing of this process's environment that could change its course.
pub struct Host {
    words: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
}

impl Host {
    pub fn new(program: &Path) -> Self {
        Self {
            words: vec![program.into()],
            environment: Vec::new(),
        }
    }

    pub fn env(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        let pair = (name.as_ref().to_owned(), value.as_ref().to_owned());
        self.environment.push(pair);
        self
    }

    /// A copy of the program: to be given other rights.
    pub fn program(&mut self, program: &Path) -> &mut Self {
        self.words[0] = program.into();
        self
    }

    /// Started by another program, with what is set so far: `strace`, `setpriv`, `unshare`.
    pub fn under<S: AsRef<OsStr>>(&mut self, wrapper: impl IntoIterator<Item = S>) -> &mut Self {
        let words = wrapper.into_iter().map(|w| w.as_ref().to_owned());
        self.words.splice(..0, words);
        self
    }

    /// In network and mount namespaces with a loopback alone, and these files instead of the system's.
    pub fn cut_off(&mut self, files: &[(&Path, &str)]) -> &mut Self {
        let mut script = "ip link set lo up".to_owned();
        for (ours, theirs) in files {
            script += &format!(" && mount --bind {} {theirs}", ours.display());
        }
        self.under(in_namespaces("-m -n", &script))
    }

    /// Runs it to its end, which must be a good one, also by what it printed on both streams. A
    /// program that hangs is killed.
    fn end(&self, arguments: &[&str], is_good: impl Fn(&str, &str) -> bool) -> String {
        let mut command = Command::new("timeout");
        command.args(["-s", "KILL", "300"]);
        command.args(&self.words).args(arguments);
        without_options(&mut command).envs(self.environment.iter().map(|(n, v)| (n, v)));
        let done = output(&mut command);
        let [out, error] = [&done.stdout, &done.stderr].map(|text| String::from_utf8_lossy(text));
        let is_good = done.status.success() && is_good(&out, &error);
        assert!(is_good, "{command:?}: {}\n{out}\n{error}", done.status);
        out.into_owned()
    }

    /// Runs it to its end, which must be a good and silent one; gives what it printed.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.end(arguments, |_, error| error.is_empty())
    }

    /// Fails if the case of a test fails, hangs or was not run, or its name is within another's.
    pub fn passes(&self) {
        self.end(&[], |out, _| out.contains("1 passed"));
    }
}

/// Takes from a program's environment what could change its course.
pub fn without_options(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().to_ascii_lowercase();
        if text.starts_with("momo_") || text.ends_with("_proxy") || text.starts_with("ssl_") {
            command.env_remove(name);
        }
    }
    command
}

pub fn is_root() -> bool {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::geteuid() == 0 }
}

/// What starts a program in namespaces of its own, after this script.
pub fn in_namespaces(kinds: &str, script: &str) -> Vec<String> {
    let rights = if is_root() { "" } else { "-U -r " };
    let words = format!("unshare {kinds} {rights}sh -ec");
    let words = words.split_whitespace().map(str::to_owned);
    let script = format!("{script} && exec \"$@\"");
    words.chain([script, "sh".to_owned()]).collect()
}

pub fn in_own_mounts(script: &str) -> Vec<String> {
    in_namespaces("-m", script)
}

/// A directory of a test's own, readable by every user, removed with it.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        Self::below(&std::env::temp_dir())
    }

    /// In memory, if that is to be had: to flush a file takes no time there.
    pub fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() {
            Self::below(memory)
        } else {
            Self::new()
        }
    }

    fn below(directory: &Path) -> Self {
        use std::os::unix::fs::PermissionsExt;
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("libmomo-test-{}-{number}", std::process::id());
        let path = directory.join(name);
        std::fs::create_dir(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Another program, ended by its process ID when dropped, in order, so that its log is whole.
pub struct Program(std::process::Child);

impl Program {
    /// Starts it and waits until it takes connections on this port.
    pub fn serving(command: &mut Command, port: u16) -> Self {
        Self::started(command, || TcpStream::connect(("127.0.0.1", port)).is_ok())
    }

    pub fn started(command: &mut Command, is_ready: impl Fn() -> bool) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        // Clocks that are moved for a test are not the server's.
        let started = command.env_remove("LD_PRELOAD").spawn();
        let mut child = started.unwrap_or_else(|e| panic!("{name}: {e}"));
        wait_for("a server to serve", || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!("{name} ended: {status}");
            }
            is_ready()
        });
        Self(child)
    }

    /// For programs that another signal ends in order.
    pub fn end_by(mut self, signal: libc::c_int) {
        self.end_in(signal);
    }

    pub fn signal(&self, signal: libc::c_int) {
        let id = libc::pid_t::try_from(self.0.id()).unwrap();
        // SAFETY: plain numbers; the child is not waited for yet, so the ID is still its own.
        unsafe { libc::kill(id, signal) };
    }

    fn end_in(&mut self, signal: libc::c_int) {
        // Sent again if it came just before the program began to wait for something else, without
        // an end: nginx alone, without a master process, sees it only when it wakes up.
        while let Ok(None) = self.0.try_wait() {
            self.signal(signal);
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end_in(libc::SIGTERM);
    }
}

/// For programs that cannot be given a socket: free a moment ago.
pub fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().port()
}

/// CLOCK_MONOTONIC, by which programs in C are told times and tell them.
pub fn monotonic() -> Duration {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: a valid timespec for the call to fill.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

pub fn wait_for(what: &str, mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < Duration::from_secs(30), "no {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

pub fn output(command: &mut Command) -> Output {
    let name = command.get_program().to_owned();
    command
        .output()
        .unwrap_or_else(|e| panic!("{name:?}: {e}; scripts/deps.sh installs what tests need"))
}

/// Runs a program to its end, which must be a good one.
pub fn succeed(command: &mut Command) -> String {
    let done = output(command);
    let out = String::from_utf8_lossy(&done.stdout).into_owned();
    let error = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {out}\n{error}");
    out
}

pub fn run(words: &[&str]) -> String {
    succeed(Command::new(words[0]).args(&words[1..]))
}

/// A key and a certificate of its own for a server on this machine: the paths of both files.
pub fn self_signed(scratch: &Scratch) -> (String, String) {
    let at = |name: &str| scratch.path(name).display().to_string();
    let (key, certificate) = (at("server.key"), at("server.pem"));
    let words = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
                 -addext basicConstraints=critical,CA:FALSE \
                 -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout";
    let words: Vec<_> = words.split_whitespace().collect();
    run(&[&words[..], &[&key, "-out", &certificate]].concat());
    (key, certificate)
}

/// The threads of this process that have this name.
pub fn threads_named(name: &str) -> Vec<i32> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let named = tasks.filter_map(|task| {
        let path = task.unwrap().path();
        let comm = std::fs::read_to_string(path.join("comm")).ok()?;
        let id = path.file_name()?.to_str()?.parse().ok()?;
        (comm.trim_end() == name).then_some(id)
    });
    named.collect()
}
