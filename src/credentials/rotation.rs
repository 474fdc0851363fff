//! Rotation: which credentials are in use, and when those in the files take their place.
//!
//! The files are looked at before a request, and once more after the gateway refused what they
//! held. API user and API key belong together, and whoever replaces the files may be half way
//! through. Two rules keep a user and a key that do not belong together from being sent:
//!
//! - All files are read as they are at one moment: a directory link that is swapped meanwhile is
//!   noticed (`Credentials::read`).
//! - Files that have just changed are left alone until they have been still for
//!   [`SETTLING_TIME`]. A new user with the former key is left alone until the former pair is
//!   refused, since MTN makes a key for one user.
//!
//! Until then, and if the files cannot be read or hold no credentials, the former ones stay in use.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::{Credential, Credentials, Stamp, Stamps};
use crate::{CallLog, Failure, Level, Line, Now};

/// Whoever replaces several files has done so within this time.
const SETTLING_TIME: Duration = Duration::from_secs(1);

pub(crate) struct Rotation {
    in_use: ArcSwap<InUse>,
}

#[derive(Clone)]
struct InUse {
    credentials: Arc<Credentials>,
    /// What the files were like when these were read. None if only one of user and key had just
    /// changed then: the two may not belong together.
    stamps: Option<Stamps>,
    /// What they were like at the last look, and since when, by the boot clock. None if one of them
    /// cannot be looked at.
    seen: Option<Stamps>,
    since: Duration,
    /// Whether a line in the log has said why what was seen is not in use.
    is_logged: bool,
}

impl Rotation {
    /// Reads the files. An error names the one that cannot be used.
    pub(crate) fn new(credentials: &Credentials) -> Result<Self, Failure> {
        let (credentials, stamps) = credentials.read(true).map_err(Failure::config)?;
        let now = Now::read();
        Ok(Self {
            in_use: ArcSwap::from_pointee(InUse {
                credentials: Arc::new(credentials),
                seen: Some(stamps.clone()),
                stamps: Some(stamps).filter(|stamps| !is_half_changed(stamps, now)),
                since: now.boot,
                is_logged: false,
            }),
        })
    }

    /// Those that the last request was sent with, or the next one without a look at the files.
    pub(crate) fn credentials(&self) -> Arc<Credentials> {
        Arc::clone(&self.in_use.load().credentials)
    }

    /// What a request is to be sent with; `refused` says that the gateway has just refused it. An
    /// error is the time until the next look: the files just changed, and what is in use must wait.
    pub(crate) fn current(
        &self,
        now: Now,
        refused: bool,
        log: &mut CallLog,
    ) -> Result<Arc<Credentials>, Duration> {
        loop {
            let in_use = self.in_use.load();
            let found = in_use.credentials.stamps();
            let stamps = found.as_ref().ok();
            let is_unchanged = stamps.is_some() && in_use.stamps.as_ref() == stamps;
            if is_unchanged && in_use.seen.as_ref() == stamps && !refused {
                return Ok(Arc::clone(&in_use.credentials));
            }
            let mut next = InUse::clone(&in_use);
            let wait = next.see(stamps, now);
            let must_wait = !is_unchanged && !wait.is_zero();
            let mut line = None;
            if !must_wait {
                line = match found.and_then(|found| Ok((found, in_use.credentials.read(false)?))) {
                    // Changed again since it was looked at.
                    Ok((found, (_, stamps))) if stamps != found => continue,
                    Ok((_, (credentials, stamps))) => next.take(credentials, stamps, refused),
                    Err(why) => next.keep(&why),
                };
            }
            let next = Arc::new(next);
            // Another thread may have been faster, and have read something newer.
            let before = self.in_use.compare_and_swap(&in_use, Arc::clone(&next));
            if !Arc::ptr_eq(&before, &in_use) {
                continue;
            }
            if let Some(line) = line {
                log.record(line.level, || line.text);
            }
            if must_wait && (refused || next.stamps.is_none()) {
                return Err(wait);
            }
            return Ok(Arc::clone(&next.credentials));
        }
    }
}

impl InUse {
    /// Notes what the files are like. Returns how long until they have been still for long enough: as
    /// long as they were seen like this, or as their own times say.
    fn see(&mut self, stamps: Option<&Stamps>, now: Now) -> Duration {
        if self.seen.as_ref() != stamps {
            self.seen = stamps.cloned();
            self.since = now.boot;
            self.is_logged = false;
        }
        let seen = now.boot.saturating_sub(self.since);
        // None if it is ahead of this machine's clock.
        let age = |(_, stamp): &(_, Stamp)| now.wall.checked_sub(stamp.changed);
        let age = stamps.into_iter().flatten().map(age).min().flatten();
        SETTLING_TIME.saturating_sub(seen.max(age.unwrap_or_default()))
    }

    /// Uses what was read, but no new user with the former key while that key may still be good.
    fn take(&mut self, next: Credentials, stamps: Stamps, refused: bool) -> Option<Line> {
        let former = &self.credentials;
        let is_user_alone = next.api_user != former.api_user && next.api_key == former.api_key;
        if is_user_alone && !refused && self.stamps.is_some() {
            return self
                .keep("there is another API user and the former API key; change the API key, too");
        }
        self.stamps = Some(stamps);
        self.is_logged = false;
        if next == **former {
            return None;
        }
        self.credentials = Arc::new(next);
        let sent: Vec<_> = self.credentials.iter().map(Credential::describe).collect();
        let sent = sent.join(" and ");
        let text = format!("the files of the credentials have changed; from now on: {sent}");
        Some(Line::new(Level::INFORMATION, text))
    }

    /// Stays with the former ones, and says so once for each change.
    fn keep(&mut self, why: &str) -> Option<Line> {
        let is_new = !std::mem::replace(&mut self.is_logged, true);
        let text = format!("the files of the credentials have changed and are not used: {why}");
        is_new.then(|| Line::new(Level::WARNING, text))
    }
}

/// Whether one of user and key has just changed and the other has not.
fn is_half_changed(stamps: &Stamps, now: Now) -> bool {
    let is_of_pair = |name: &str| ["api_user", "api_key"].contains(&name);
    let pair = stamps.iter().filter(|(name, _)| is_of_pair(name));
    // A new one may be ahead of the clock: that moves in steps, and the times of files need not.
    let are_new = pair.map(|(_, stamp)| now.wall.abs_diff(stamp.changed) < SETTLING_TIME);
    are_new.clone().min() != are_new.max()
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod moment_tests;
