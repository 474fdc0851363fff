//! A logger that keeps what it is told.

use std::ffi::{c_char, c_void};
use std::ptr::null_mut;
use std::sync::{Arc, Mutex};

use momo::ffi::momo_set_logger;

use super::{Config, copied, outcome};

#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<(i32, String)>>>);

impl Log {
    pub fn lines(&self) -> Vec<(i32, String)> {
        self.0.lock().unwrap().clone()
    }

    pub fn text(&self) -> String {
        self.lines().iter().map(|(_, l)| format!("{l}\n")).collect()
    }
}

unsafe extern "C" fn collect(user_data: *mut c_void, level: i32, line: *const c_char) {
    // SAFETY: `user_data` is the Log of `Config::log`.
    let log = unsafe { &*user_data.cast::<Log>() };
    log.0.lock().unwrap().push((level, copied(line)));
}

unsafe extern "C" fn free_log(user_data: *mut c_void) {
    // SAFETY: `user_data` is the boxed Log of `Config::log`, freed once.
    drop(unsafe { Box::from_raw(user_data.cast::<Log>()) });
}

impl Config {
    /// Collects every line that is logged.
    pub fn log(&self) -> Log {
        let log = Log::default();
        let user_data = Box::into_raw(Box::new(log.clone()));
        let mut error = null_mut();
        // SAFETY: a live config; `collect` and `free_log` take what `user_data` is.
        unsafe {
            let status = momo_set_logger(
                self.0,
                Some(collect),
                user_data.cast(),
                Some(free_log),
                4,
                &raw mut error,
            );
            outcome(status, error).unwrap();
        }
        log
    }
}
