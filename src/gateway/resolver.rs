//! Host names to addresses, for the whole process.
//!
//! The C library's resolver cannot be interrupted, so a look-up runs on a thread of its own: at
//! most one per host, ending when the resolver returns. Callers wait for it no longer than their
//! own time. ureq asks a resolver before every request, pooled connection or not; it is given one
//! that does nothing, and the dialer comes here only when it really connects.

use std::collections::HashMap;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use once_cell::race::OnceBox;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{NextTimeout, ShutdownHandle};

use super::broken::{Broken, Cause, Phase};
use crate::fork::ForkCell;
use crate::sys;

/// How long an answer is used again. The system's own caches honour the records' times; the calls
/// of the C library do not tell them.
const KEEP: Duration = Duration::from_secs(60);

/// Enough for getaddrinfo with every name service that Debian packages.
const STACK: usize = 512 * 1024;

/// Stands in where ureq wants a resolver.
#[derive(Debug)]
pub(super) struct Later;

impl Resolver for Later {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

type Answer = Result<Arc<[IpAddr]>, String>;

struct Known {
    ips: Arc<[IpAddr]>,
    since: Instant,
    generation: u64,
}

/// A look-up under way.
#[derive(Default)]
struct LookUp {
    answer: Mutex<Option<Answer>>,
    changed: Condvar,
}

struct Process {
    /// Read and replaced without a lock: a forked child may always use what is known here.
    known: ArcSwapOption<HashMap<String, Arc<Known>>>,
    under_way: ForkCell<Mutex<HashMap<String, Arc<LookUp>>>>,
}

fn process() -> &'static Process {
    // Not a blocking cell: a child forked while another thread was filling it would wait for ever.
    static PROCESS: OnceBox<Process> = OnceBox::new();
    PROCESS.get_or_init(|| {
        Box::new(Process {
            known: ArcSwapOption::empty(),
            under_way: ForkCell::new(),
        })
    })
}

/// The addresses of `host`: an address itself (IPv6 in brackets), or a name. `register` is given a
/// handle that ends the wait; it says whether waiting is still wanted.
pub(super) fn look_up(
    host: &str,
    deadline: Instant,
    register: &dyn Fn(Weak<dyn ShutdownHandle>) -> bool,
) -> Result<Vec<IpAddr>, Broken> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = bare.parse() {
        return Ok(vec![ip]);
    }
    if let Some(known) = process().known(host) {
        return Ok(known.to_vec());
    }
    let look_up = process().join(host)?;
    let waiter = Arc::new(Waiter {
        look_up: Arc::clone(&look_up),
        cancelled: AtomicBool::new(false),
    });
    let handle: Weak<dyn ShutdownHandle> = Arc::downgrade(&(Arc::clone(&waiter) as _));
    if !register(handle) {
        return Err(Broken::cancelled(Phase::Resolve));
    }
    waiter.wait(host, deadline)
}

/// Forgets what is known of a host, since none of its addresses could be reached.
pub(super) fn forget(host: &str) {
    process().change(|known| {
        known.remove(host);
    });
}

impl Process {
    fn known(&self, host: &str) -> Option<Arc<[IpAddr]>> {
        let all = self.known.load();
        let known = all.as_ref()?.get(host)?;
        // In a forked child the C library's resolver may be locked for ever: what the parent knew
        // is used until it fails.
        let inherited = known.generation != sys::generation();
        (inherited || known.since.elapsed() < KEEP).then(|| Arc::clone(&known.ips))
    }

    fn change(&self, change: impl Fn(&mut HashMap<String, Arc<Known>>)) {
        self.known.rcu(|all| {
            let mut next = all.as_ref().map(|a| HashMap::clone(a)).unwrap_or_default();
            change(&mut next);
            Some(Arc::new(next))
        });
    }

    /// The look-up of this host that is under way, or a new one.
    fn join(&self, host: &str) -> Result<Arc<LookUp>, Broken> {
        let cell = self.under_way.get_or(Mutex::default);
        let mut under_way = cell.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(look_up) = under_way.get(host) {
            return Ok(Arc::clone(look_up));
        }
        let look_up = Arc::new(LookUp::default());
        let (name, shared) = (host.to_owned(), Arc::clone(&look_up));
        let thread = std::thread::Builder::new()
            .name("momo-resolver".to_owned())
            .stack_size(STACK);
        sys::with_signals_blocked(|| thread.spawn(move || process().run(&name, &shared))).map_err(
            |e| {
                Broken::new(
                    Phase::Resolve,
                    Cause::NoAddress,
                    format!("no thread can be started for it ({e}); check the limits on threads"),
                )
            },
        )?;
        under_way.insert(host.to_owned(), Arc::clone(&look_up));
        Ok(look_up)
    }

    /// On the look-up's own thread.
    fn run(&self, host: &str, look_up: &LookUp) {
        let answer = resolve(host);
        if let Ok(ips) = &answer {
            let known = Arc::new(Known {
                ips: Arc::clone(ips),
                since: Instant::now(),
                generation: sys::generation(),
            });
            self.change(|all| {
                all.insert(host.to_owned(), Arc::clone(&known));
            });
        }
        if let Some(under_way) = self.under_way.get() {
            under_way
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(host);
        }
        *look_up.answer() = Some(answer);
        look_up.changed.notify_all();
    }
}

fn resolve(host: &str) -> Answer {
    match (host, 0).to_socket_addrs() {
        Ok(found) => {
            let mut ips: Vec<IpAddr> = found.map(|a| a.ip()).collect();
            ips.dedup();
            if ips.is_empty() {
                return Err("the name has no address".to_owned());
            }
            Ok(ips.into())
        }
        Err(error) => Err(error.to_string()),
    }
}

impl LookUp {
    fn answer(&self) -> MutexGuard<'_, Option<Answer>> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Waiter {
    look_up: Arc<LookUp>,
    cancelled: AtomicBool,
}

impl ShutdownHandle for Waiter {
    fn shutdown(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        // Through the lock, so that a waiter that has just looked is asleep before it is woken.
        drop(self.look_up.answer());
        self.look_up.changed.notify_all();
    }
}

impl Waiter {
    fn wait(&self, host: &str, deadline: Instant) -> Result<Vec<IpAddr>, Broken> {
        let mut answer = self.look_up.answer();
        loop {
            match &*answer {
                Some(Ok(ips)) => return Ok(ips.to_vec()),
                Some(Err(why)) => {
                    return Err(Broken::new(
                        Phase::Resolve,
                        Cause::NoAddress,
                        format!("{host} has no address ({why}); check base_url, proxy and DNS"),
                    ));
                }
                None => {}
            }
            if self.cancelled.load(Ordering::SeqCst) {
                return Err(Broken::cancelled(Phase::Resolve));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Broken::timed_out(Phase::Resolve));
            }
            answer = self
                .look_up
                .changed
                .wait_timeout(answer, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}
