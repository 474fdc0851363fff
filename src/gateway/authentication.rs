//! A set of credentials as requests send it, and what may be said of it.

use super::advice::Advice;
use super::request::RequestTemplate;
use crate::config::{Credentials, Settings};
use crate::error::{Failure, Status};
use crate::net::progress::Progress;
use crate::redact::Redactor;

pub(crate) struct Authentication {
    pub(crate) credentials: Credentials,
    pub(super) template: RequestTemplate,
    pub(super) redactor: Redactor,
    pub(super) advice: Advice,
}

impl Authentication {
    pub(crate) fn new(settings: &Settings, credentials: Credentials) -> Result<Self, Failure> {
        Ok(Self {
            template: RequestTemplate::new(settings, &credentials)?,
            redactor: settings.redactor(&credentials),
            advice: Advice::new(settings, &credentials),
            credentials,
        })
    }

    /// For a call whose time is up while a request goes on.
    pub(crate) fn still_under_way(&self, progress: &Progress) -> Failure {
        let message = format!(
            "{}: the time of this call was up; the request goes on, call again or give the call \
             more time [{}, attempt {}, {} ms]",
            progress.phase(),
            self.advice.context,
            progress.attempt(),
            progress.elapsed().as_millis(),
        );
        Failure::new(Status::MOMO_TIMED_OUT, message)
    }

    /// Length and origin of each credential.
    pub(crate) fn description(&self) -> String {
        self.advice.all_credentials()
    }
}
