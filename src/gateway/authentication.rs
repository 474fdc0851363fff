//! Authentication: a set of credentials as requests send it, and what may be said of it.

use std::sync::Arc;

use super::advice::Host;
use super::request::RequestTemplate;
use crate::config::{ProxyUrl, Settings};
use crate::credentials::redact::Redactor;
use crate::credentials::{Credential, Credentials};
use crate::{Failure, Phase, Progress, Status};

pub(crate) struct Authentication {
    pub(crate) credentials: Arc<Credentials>,
    pub(super) template: RequestTemplate,
    pub(super) redactor: Redactor,
    pub(super) host: &'static Host,
    /// Host, proxy, the end of the API user.
    pub(super) context: String,
}

impl Authentication {
    pub(crate) fn new(settings: &Settings, credentials: impl Into<Arc<Credentials>>) -> Self {
        let credentials = credentials.into();
        let proxy = settings.proxy.as_ref().map(ProxyUrl::shown);
        let proxy = proxy.map(|proxy| format!(" through proxy {proxy}"));
        Self {
            template: RequestTemplate::new(settings, &credentials),
            redactor: settings.redactor(&credentials),
            host: Host::of(&settings.base_url),
            context: format!(
                "host {}{}, API user {}",
                settings.base_url.authority(),
                proxy.unwrap_or_default(),
                last_characters(credentials.api_user.expose())
            ),
            credentials,
        }
    }

    /// With all that only the whole call knows: `keys` are the subscription keys that were sent.
    pub(super) fn complete(
        &self,
        failure: Failure,
        keys: &[Credential],
        progress: &Progress,
        attempts: u32,
    ) -> Failure {
        let credentials = &*self.credentials;
        let sent = match failure.status {
            Status::MOMO_TIMED_OUT => self.timed_out(progress.phase()).to_owned(),
            Status::MOMO_UNAUTHORIZED => {
                let user = credentials.api_user.describe();
                format!("; sent {user} and {}", credentials.api_key.describe())
            }
            Status::MOMO_SUBSCRIPTION_KEY_REFUSED => match keys {
                [one, other] => {
                    let (one, other) = (one.describe(), other.describe());
                    format!("; sent one after the other: {one} and {other}")
                }
                _ => format!("; sent {}", keys[0].describe()),
            },
            _ => String::new(),
        };
        Failure {
            message: format!(
                "{}{sent}{} [{}, attempt {} of {attempts}, {} ms]",
                failure.message,
                self.host.always,
                self.context,
                progress.attempt(),
                progress.elapsed().as_millis(),
            ),
            ..failure
        }
    }

    /// What may be the cause if the time was up in this phase.
    fn timed_out(&self, phase: Phase) -> &'static str {
        match phase {
            Phase::Wait => self.host.silent,
            _ => "",
        }
    }

    /// For a call whose time is up while a request goes on.
    pub(crate) fn still_under_way(&self, progress: &Progress) -> Failure {
        let phase = progress.phase();
        let message = format!(
            "{phase}: the time of this call was up; the request goes on, call again or give the call \
             more time{} [{}, attempt {}, {} ms]",
            self.timed_out(phase),
            self.context,
            progress.attempt(),
            progress.elapsed().as_millis(),
        );
        Failure {
            phase,
            ..Failure::new(Status::MOMO_TIMED_OUT, message)
        }
    }
}

/// Enough of the user to know which, too little to be it.
fn last_characters(user: &str) -> String {
    const SHOWN: usize = 4;
    let length = user.chars().count();
    if length < 3 * SHOWN {
        return "…".to_owned();
    }
    let tail: String = user.chars().skip(length - SHOWN).collect();
    format!("…{tail}")
}

#[cfg(test)]
mod tests;
