//! A set of credentials as requests send it, and what may be said of it.

use super::advice::Advice;
use super::request::RequestTemplate;
use crate::config::{Credentials, Settings};
use crate::error::Failure;
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

    /// Length and origin of each credential.
    pub(crate) fn description(&self) -> String {
        self.advice.all_credentials()
    }
}
