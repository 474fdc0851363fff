//! A logger that keeps what it is told.

use std::ffi::{c_char, c_void};
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

type Listener = Box<dyn Fn(i32, String) + Send + Sync>;

unsafe extern "C" fn tell(user_data: *mut c_void, level: i32, line: *const c_char) {
    // SAFETY: `user_data` is the Listener of `Config::listen`.
    let listener = unsafe { &*user_data.cast::<Listener>() };
    listener(level, copied(line));
}

unsafe extern "C" fn free_listener(user_data: *mut c_void) {
    // SAFETY: `user_data` is the boxed Listener of `Config::listen`, freed once.
    drop(unsafe { Box::from_raw(user_data.cast::<Listener>()) });
}

impl Config {
    /// Collects every line that is logged.
    pub fn log(&self) -> Log {
        let log = Log::default();
        let told = log.clone();
        self.listen(move |level, line| told.0.lock().unwrap().push((level, line)));
        log
    }

    /// Calls this with the level of every line that is logged, and the line.
    pub fn listen(&self, listener: impl Fn(i32, String) + Send + Sync + 'static) {
        let listener: Listener = Box::new(listener);
        let user_data = Box::into_raw(Box::new(listener)).cast();
        let (tell, free) = (Some(tell as _), Some(free_listener as _));
        // SAFETY: both functions take what `user_data` is.
        outcome(|e| unsafe { momo_set_logger(self.live(), tell, user_data, free, 4, e) }).unwrap();
    }
}
