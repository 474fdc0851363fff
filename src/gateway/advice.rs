//! Advice in a message: which host, which credentials, how often, and where the right credentials
//! are to be found.
//!
//! The facts about portals and hosts are MTN's: developers' keys are shown at
//! momodeveloper.mtn.com, those for production at momoapi.mtn.com, and the hosts under
//! azure-api.net were given up for those under mtn.com and mtn.co.*.

use super::subscription_key::SubscriptionKeyChoice;
use crate::config::{BaseUrl, ProxyUrl, Settings};
use crate::credentials::{Credential, Credentials};
use crate::error::{Failure, Status};
use crate::net::progress::{Phase, Progress};

pub(super) struct Advice {
    /// Host, proxy, the end of the API user.
    pub(super) context: String,
    host: Host,
    /// Length and origin of the API user and API key.
    user_and_key: String,
    /// Length and origin of each subscription key.
    subscription_keys: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    Sandbox,
    Production,
    /// A host of the former address scheme.
    Retired,
    Other,
}

impl Advice {
    pub(super) fn new(settings: &Settings, credentials: &Credentials) -> Self {
        let proxy = settings.proxy.as_ref().map(ProxyUrl::described);
        let proxy = proxy.map(|p| format!(" through proxy {p}"));
        let keys = credentials.subscription_keys.iter();
        Self {
            context: format!(
                "host {}{}, API user {}",
                settings.base_url.authority(),
                proxy.unwrap_or_default(),
                last_characters(credentials.api_user.expose())
            ),
            host: Host::of(&settings.base_url),
            user_and_key: format!(
                "{} and {}",
                credentials.api_user.describe(),
                credentials.api_key.describe()
            ),
            subscription_keys: keys.map(Credential::describe).collect(),
        }
    }

    /// The failure with all that only the whole call knows, of so many attempts at most.
    pub(super) fn complete(
        &self,
        failure: Failure,
        keys: &SubscriptionKeyChoice,
        progress: &Progress,
        attempts: u32,
    ) -> Failure {
        let sent = match failure.status {
            Status::MOMO_TIMED_OUT => self.timed_out(progress.phase()).to_owned(),
            Status::MOMO_UNAUTHORIZED => format!("; sent {}", self.user_and_key),
            Status::MOMO_SUBSCRIPTION_KEY_REFUSED if keys.tried_both => {
                format!(
                    "; sent one after the other: {}",
                    self.subscription_keys.join(" and ")
                )
            }
            Status::MOMO_SUBSCRIPTION_KEY_REFUSED => {
                let key = self.subscription_keys.get(keys.current);
                format!("; sent {}", key.map(String::as_str).unwrap_or_default())
            }
            _ => String::new(),
        };
        let retired = match self.host {
            Host::Retired => {
                "; MTN has given up its hosts under azure-api.net: set base_url to \
                 https://proxy.momoapi.mtn.com (or the country's), or \
                 https://sandbox.momodeveloper.mtn.com for tests"
            }
            _ => "",
        };
        Failure {
            message: format!(
                "{}{sent}{retired} [{}, attempt {} of {attempts}, {} ms]",
                failure.message,
                self.context,
                progress.attempt(),
                progress.elapsed().as_millis(),
            ),
            ..failure
        }
    }

    /// What may be the cause if the time was up in this phase.
    pub(super) fn timed_out(&self, phase: Phase) -> &'static str {
        if self.host == Host::Sandbox && phase == Phase::Wait {
            "; the sandbox does not respond if it does not know the API user: check api_user"
        } else {
            ""
        }
    }

    /// Which API users and API keys this host takes.
    pub(super) fn users(&self) -> &'static str {
        match self.host {
            Host::Sandbox => {
                "the sandbox takes only users that were made by its own provisioning API"
            }
            _ => {
                "users for production come from the partner portal (momoapi.mtn.com), each for one \
                 country, and users of the sandbox do not work there"
            }
        }
    }

    /// Where the subscription key for this host is shown.
    pub(super) fn subscription_key_portal(&self) -> &'static str {
        match self.host {
            Host::Sandbox => "momodeveloper.mtn.com/developer",
            Host::Production => "momoapi.mtn.com/developer",
            Host::Retired | Host::Other => {
                "momoapi.mtn.com/developer for production, momodeveloper.mtn.com/developer for the \
                 sandbox"
            }
        }
    }
}

impl Host {
    fn of(base_url: &BaseUrl) -> Self {
        let host = &*base_url.host;
        if host == "sandbox.momodeveloper.mtn.com" {
            Self::Sandbox
        } else if host.starts_with("proxy.momoapi.mtn.") {
            Self::Production
        } else if base_url.is_in_retired_domain() {
            Self::Retired
        } else {
            Self::Other
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
#[path = "advice_tests.rs"]
mod tests;
