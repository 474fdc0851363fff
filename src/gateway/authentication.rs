//! Authentication: a set of credentials as requests send it, and what may be said of it.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::advice::Advice;
use super::request::RequestTemplate;
use crate::config::Settings;
use crate::credentials::Credentials;
use crate::credentials::redact::Redactor;
use crate::error::{Failure, Status};
use crate::net::progress::Progress;

pub(crate) struct Authentication {
    pub(crate) credentials: Arc<Credentials>,
    pub(super) template: RequestTemplate,
    pub(super) redactor: Redactor,
    pub(super) advice: Advice,
}

impl Authentication {
    pub(crate) fn new(
        settings: &Settings,
        credentials: impl Into<Arc<Credentials>>,
    ) -> Result<Self, Failure> {
        let credentials = credentials.into();
        Ok(Self {
            template: RequestTemplate::new(settings, &credentials)?,
            redactor: settings.redactor(&credentials),
            advice: Advice::new(settings, &credentials),
            credentials,
        })
    }

    /// For a call whose time is up while a request goes on.
    pub(crate) fn still_under_way(&self, progress: &Progress) -> Failure {
        let phase = progress.phase();
        let message = format!(
            "{phase}: the time of this call was up; the request goes on, call again or give the call \
             more time{} [{}, attempt {}, {} ms]",
            self.advice.timed_out(phase),
            self.advice.context,
            progress.attempt(),
            progress.elapsed().as_millis(),
        );
        Failure::new(Status::MOMO_TIMED_OUT, message)
    }
}

/// The last authentication, for as long as the credentials stay the same.
pub(crate) struct CurrentAuthentication(ArcSwap<Authentication>);

impl CurrentAuthentication {
    pub(crate) fn new(settings: &Settings, credentials: Arc<Credentials>) -> Result<Self, Failure> {
        Authentication::new(settings, credentials).map(|made| Self(ArcSwap::from_pointee(made)))
    }

    /// Made anew if the last one was made of others.
    pub(crate) fn made_of(
        &self,
        settings: &Settings,
        credentials: Arc<Credentials>,
    ) -> Result<Arc<Authentication>, Failure> {
        let last = self.0.load_full();
        if Arc::ptr_eq(&last.credentials, &credentials) {
            return Ok(last);
        }
        let next = Arc::new(Authentication::new(settings, credentials)?);
        self.0.store(Arc::clone(&next));
        Ok(next)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "authentication_tests.rs"]
mod tests;
