//! The log lines of a call, kept until the host may be told.
//!
//! Lines are collected while a call works and handed to the host's logger at its end, on the
//! calling thread, with no lock held: a logger may call back into the library. A background
//! request has no caller: its lines wait for the next call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Mutex, PerProcess};

/// Levels of the log.
///
/// @since 0.1.0
/// @ingroup momo_config
/// cbindgen:rename-all=prefix:MOMO_LOG_
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum momo_log_level {
    /// Why calls have no token: a request failed.
    ERROR = 1,
    /// A problem that stops no call: check it.
    WARNING = 2,
    /// What the library does: a request, its outcome.
    INFORMATION = 3,
    /// Details: each attempt, each option.
    DEBUG = 4,
}

pub(crate) use momo_log_level as Level;

impl Level {
    pub(crate) fn from_number(number: i32) -> Option<Self> {
        let levels = [Self::ERROR, Self::WARNING, Self::INFORMATION, Self::DEBUG];
        levels.into_iter().find(|level| *level as i32 == number)
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Line {
    pub(crate) level: Level,
    pub(crate) text: String,
}

impl Line {
    pub(crate) fn new(level: Level, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { level, text }
    }
}

/// The host's logger with the most detailed level it wants.
#[derive(Clone)]
pub(crate) struct Logger {
    pub(crate) level: Level,
    sink: Arc<dyn Fn(&Line) + Send + Sync>,
}

impl Logger {
    pub(crate) fn new(level: Level, sink: impl Fn(&Line) + Send + Sync + 'static) -> Self {
        let sink = Arc::new(sink);
        Self { level, sink }
    }

    pub(crate) fn write(&self, lines: &[Line]) {
        for line in lines.iter().filter(|l| l.level <= self.level) {
            (self.sink)(line);
        }
    }
}

pub(crate) struct CallLog {
    level: Option<Level>,
    lines: Vec<Line>,
}

impl CallLog {
    /// Every line, for whichever logger is told of them.
    pub(crate) fn complete() -> Self {
        Self::up_to(Some(Level::DEBUG))
    }

    /// None if nobody listens: then nothing is put into words.
    pub(crate) fn up_to(level: Option<Level>) -> Self {
        let lines = Vec::new();
        Self { level, lines }
    }

    pub(crate) fn record(&mut self, level: Level, text: impl FnOnce() -> String) {
        if self.level.is_some_and(|wanted| level <= wanted) {
            self.lines.push(Line::new(level, text()));
        }
    }

    pub(crate) fn into_lines(self) -> Vec<Line> {
        self.lines
    }
}

/// A program whose calls have no logger, or that makes none any more, collects no more lines.
const MAX_PENDING_LINES: usize = 32;

/// The latest lines of background requests, until a call with a logger takes them. A forked child
/// finds none: its parent tells them.
#[derive(Default)]
pub(crate) struct PendingLog {
    /// Read at every call, and so beside the lock.
    any: AtomicBool,
    lines: PerProcess<Mutex<Vec<Line>>>,
}

impl PendingLog {
    pub(crate) fn is_empty(&self) -> bool {
        !self.any.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, lines: Vec<Line>) {
        let pending = self.lines.get_or(Mutex::default);
        let mut pending = pending.lock();
        pending.extend(lines);
        let excess = pending.len().saturating_sub(MAX_PENDING_LINES);
        pending.drain(..excess);
        self.any.store(!pending.is_empty(), Ordering::Relaxed);
    }

    pub(crate) fn take(&self) -> Vec<Line> {
        if self.is_empty() {
            return Vec::new();
        }
        self.any.store(false, Ordering::Relaxed);
        let pending = self.lines.get();
        pending.map_or_else(Vec::new, |lines| std::mem::take(&mut *lines.lock()))
    }
}
