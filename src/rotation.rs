//! Which credentials are in use, and when those in the files take their place.
//!
//! Files are looked at before a request, and once more after the gateway refused what they held.
//! API user and API key belong together, and whoever replaces the files may be half way through.
//! Two rules keep a user and a key that do not belong together from being sent:
//!
//! - All files are read as they are at one moment: a directory link that is swapped meanwhile is
//!   noticed (`CredentialSources::read`).
//! - Files that have just changed are left alone until they have been still for [`STILL`]. A new
//!   user with the former key is left alone until the former pair is refused, since MTN makes a
//!   key for one user.
//!
//! Until then, and where the files cannot be read or hold no credentials, the former ones are used.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::clock::Now;
use crate::config::{Credentials, Settings, Stamps};
use crate::error::Failure;
use crate::gateway::Authentication;
use crate::log::{CallLog, Level, Line};

/// Whoever replaces several files has done so within this time.
pub(crate) const STILL: Duration = Duration::from_secs(1);

pub(crate) struct Rotation {
    state: ArcSwap<State>,
}

struct State {
    authentication: Arc<Authentication>,
    /// What the files were like when these credentials were read.
    stamps: Stamps,
    /// Whether user and key were read while only one of them had just changed.
    is_provisional: bool,
    /// A later change of the files that is not in use.
    change: Option<Change>,
}

#[derive(Clone)]
struct Change {
    /// None where a file cannot be looked at.
    stamps: Option<Stamps>,
    /// When it was seen first, by the boot clock.
    since: Duration,
    /// Whether a line in the log has told why it is not in use.
    is_logged: bool,
}

/// What there is for a request.
pub(crate) enum Current {
    Ready(Arc<Authentication>),
    /// The files have just changed, and what is in use is no good: look again after this time.
    Unsettled(Duration),
}

impl Rotation {
    /// Reads the files. An error names the one that cannot be used.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Failure> {
        let (credentials, stamps) = settings.credentials.read(true).map_err(Failure::config)?;
        Ok(Self {
            state: ArcSwap::from_pointee(State {
                authentication: Arc::new(Authentication::new(settings, credentials)?),
                is_provisional: is_half_changed(&stamps, Now::read()),
                stamps,
                change: None,
            }),
        })
    }

    pub(crate) fn authentication(&self) -> Arc<Authentication> {
        Arc::clone(&self.state.load().authentication)
    }

    /// What a request is to be sent with; `refused` says that the gateway has just refused it.
    pub(crate) fn current(&self, settings: &Settings, refused: bool, log: &mut CallLog) -> Current {
        self.current_at(Now::read(), settings, refused, log)
    }

    fn current_at(
        &self,
        now: Now,
        settings: &Settings,
        refused: bool,
        log: &mut CallLog,
    ) -> Current {
        if !settings.credentials.has_files() {
            return Current::Ready(self.authentication());
        }
        loop {
            let state = self.state.load_full();
            let found = settings.credentials.stamps();
            if state.is_good_for(found.as_ref(), refused) {
                return Current::Ready(Arc::clone(&state.authentication));
            }
            let next = state.next(settings, found, refused, now);
            // Another thread may have been faster, and have read something newer.
            let before = self.state.compare_and_swap(&state, Arc::new(next.state));
            if Arc::ptr_eq(&before, &state) {
                if let Some(line) = next.line {
                    log.record(line.level, || line.text);
                }
                return next.current;
            }
        }
    }
}

/// What a look at the files has led to.
struct Next {
    state: State,
    current: Current,
    line: Option<Line>,
}

impl State {
    /// Whether there is nothing to be done about the files.
    fn is_good_for(&self, found: Result<&Stamps, &String>, refused: bool) -> bool {
        let is_unchanged = found.is_ok_and(|found| *found == self.stamps);
        is_unchanged && self.change.is_none() && !refused && !self.is_provisional
    }

    fn next(
        &self,
        settings: &Settings,
        found: Result<Stamps, String>,
        refused: bool,
        now: Now,
    ) -> Next {
        let change = self.seen(found.as_ref().ok(), now);
        let is_unchanged = found.as_ref().is_ok_and(|found| *found == self.stamps);
        if !is_unchanged || self.is_provisional {
            let wait = change.still_in(now);
            if !wait.is_zero() {
                let current = if refused || self.is_provisional {
                    Current::Unsettled(wait)
                } else {
                    Current::Ready(Arc::clone(&self.authentication))
                };
                return Next {
                    state: self.with(change),
                    current,
                    line: None,
                };
            }
        }
        let found = match found {
            Ok(found) => found,
            Err(why) => return self.not_used(change, &why),
        };
        match settings.credentials.read(false) {
            // Changed again since it was looked at: still for no time.
            Ok((_, stamps)) if stamps != found => self.next(settings, Ok(stamps), refused, now),
            Ok((credentials, stamps)) => {
                match self.authentication_of(settings, credentials, refused) {
                    Ok(authentication) => self.used(authentication, stamps),
                    Err(why) => self.not_used(change, &why),
                }
            }
            Err(why) => self.not_used(change, &why),
        }
    }

    fn used(&self, authentication: Arc<Authentication>, stamps: Stamps) -> Next {
        let is_new = !Arc::ptr_eq(&authentication, &self.authentication);
        let line = is_new.then(|| {
            let sent = authentication.description();
            let text = format!("the files of the credentials have changed; from now on: {sent}");
            Line::new(Level::Information, text)
        });
        Next {
            current: Current::Ready(Arc::clone(&authentication)),
            state: Self {
                authentication,
                stamps,
                is_provisional: false,
                change: None,
            },
            line,
        }
    }

    fn not_used(&self, change: Change, why: &str) -> Next {
        let line = (!change.is_logged).then(|| {
            let text = format!("the files of the credentials have changed and are not used: {why}");
            Line::new(Level::Warning, text)
        });
        Next {
            state: self.with(Change {
                is_logged: true,
                ..change
            }),
            current: Current::Ready(Arc::clone(&self.authentication)),
            line,
        }
    }

    fn with(&self, change: Change) -> Self {
        Self {
            authentication: Arc::clone(&self.authentication),
            stamps: self.stamps.clone(),
            is_provisional: self.is_provisional,
            change: Some(change),
        }
    }

    /// The change that these stamps are, new or seen before.
    fn seen(&self, stamps: Option<&Stamps>, now: Now) -> Change {
        match &self.change {
            Some(change) if change.stamps.as_ref() == stamps => change.clone(),
            _ => Change {
                stamps: stamps.cloned(),
                since: now.boot,
                is_logged: false,
            },
        }
    }

    /// Those that are used now where they are the same. An error says why these must not be used.
    fn authentication_of(
        &self,
        settings: &Settings,
        credentials: Credentials,
        refused: bool,
    ) -> Result<Arc<Authentication>, String> {
        let former = &self.authentication.credentials;
        let same_key = credentials.api_key.expose() == former.api_key.expose();
        let same_user = credentials.api_user.expose() == former.api_user.expose();
        if same_key && !same_user && !refused && !self.is_provisional {
            return Err(
                "there is another API user and the former API key; change the API key, too"
                    .to_owned(),
            );
        }
        if credentials == *former {
            return Ok(Arc::clone(&self.authentication));
        }
        Authentication::new(settings, credentials)
            .map(Arc::new)
            .map_err(|failure| failure.message)
    }
}

impl Change {
    /// How long until the files have been still for long enough: as long as they were seen like
    /// this, or as their own times say.
    fn still_in(&self, now: Now) -> Duration {
        let seen = now.boot.saturating_sub(self.since);
        let age = self.stamps.as_ref().and_then(|stamps| age(stamps, now));
        STILL.saturating_sub(seen.max(age.unwrap_or_default()))
    }
}

/// Since when the file that changed last is what it is. None where that is not known.
fn age(stamps: &Stamps, now: Now) -> Option<Duration> {
    let latest = stamps.iter().flatten().map(|stamp| stamp.changed).max()?;
    now.wall.checked_sub(latest)
}

/// Whether one of user and key has just changed and the other has not.
fn is_half_changed(stamps: &Stamps, now: Now) -> bool {
    let (Some(user), Some(key)) = (&stamps.api_user, &stamps.api_key) else {
        return false;
    };
    let is_new = |changed: Duration| now.wall.checked_sub(changed).is_some_and(|age| age < STILL);
    is_new(user.changed) != is_new(key.changed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
#[path = "rotation_tests.rs"]
mod tests;
