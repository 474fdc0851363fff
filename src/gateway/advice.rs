//! Advice in a message: which host, which credentials, how often, and where the right credentials
//! are to be found.
//!
//! The facts about portals and hosts are MTN's: developers' keys are shown at
//! momodeveloper.mtn.com, those for production at momoapi.mtn.com, and the hosts under
//! azure-api.net were given up for those under mtn.com and mtn.co.*.

use super::subscription_key::SubscriptionKeyChoice;
use crate::config::{BaseUrl, ProxyUrl, Settings};
use crate::credentials::Credentials;
use crate::error::{Failure, Status};
use crate::net::progress::{Phase, Progress};

pub(super) struct Advice {
    /// Host, proxy, the end of the API user.
    pub(super) context: String,
    host: &'static Host,
    /// Length and origin of the API user and API key.
    user_and_key: String,
    /// Length and origin of each subscription key.
    subscription_keys: Vec<String>,
}

/// What is known of a host, as parts of a message.
struct Host {
    /// Where the subscription key for it is shown.
    portal: &'static str,
    /// Which API users and API keys it takes.
    users: &'static str,
    /// What may be the cause if it does not respond.
    silent: &'static str,
    /// What is to be said of it in any case.
    always: &'static str,
}

const SANDBOX: Host = Host {
    portal: "momodeveloper.mtn.com/developer",
    users: "the sandbox takes only users that were made by its own provisioning API",
    silent: "; the sandbox does not respond if it does not know the API user: check api_user",
    always: "",
};

const PRODUCTION: Host = Host {
    portal: "momoapi.mtn.com/developer",
    users: "users for production come from the partner portal (momoapi.mtn.com), each for one \
            country, and users of the sandbox do not work there",
    silent: "",
    always: "",
};

const OTHER: Host = Host {
    portal: "momoapi.mtn.com/developer for production, momodeveloper.mtn.com/developer for the \
             sandbox",
    ..PRODUCTION
};

/// A host of the former address scheme.
const RETIRED: Host = Host {
    always: "; MTN has given up its hosts under azure-api.net: set base_url to \
             https://proxy.momoapi.mtn.com (or the country's), or \
             https://sandbox.momodeveloper.mtn.com for tests",
    ..OTHER
};

impl Host {
    fn of(base_url: &BaseUrl) -> &'static Self {
        match base_url.host() {
            "sandbox.momodeveloper.mtn.com" => &SANDBOX,
            host if host.starts_with("proxy.momoapi.mtn.") => &PRODUCTION,
            _ if base_url.is_in_retired_domain() => &RETIRED,
            _ => &OTHER,
        }
    }
}

impl Advice {
    pub(super) fn new(settings: &Settings, credentials: &Credentials) -> Self {
        let proxy = settings.proxy.as_ref().map(ProxyUrl::described);
        let proxy = proxy.map(|p| format!(" through proxy {p}"));
        let names = ["subscription_key", "secondary_subscription_key"];
        let keys = names.iter().zip(&credentials.subscription_keys);
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
                credentials.api_user.describe("api_user"),
                credentials.api_key.describe("api_key")
            ),
            subscription_keys: keys.map(|(name, key)| key.describe(name)).collect(),
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
        let keys_sent = match keys.tried_both {
            true => self.subscription_keys.join(" and "),
            false => self.subscription_keys[keys.current].clone(),
        };
        let sent = match failure.status {
            Status::MOMO_TIMED_OUT => self.timed_out(progress.phase()).to_owned(),
            Status::MOMO_UNAUTHORIZED => format!("; sent {}", self.user_and_key),
            Status::MOMO_SUBSCRIPTION_KEY_REFUSED if keys.tried_both => {
                format!("; sent one after the other: {keys_sent}")
            }
            Status::MOMO_SUBSCRIPTION_KEY_REFUSED => format!("; sent {keys_sent}"),
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
    pub(super) fn timed_out(&self, phase: Phase) -> &'static str {
        match phase {
            Phase::Wait => self.host.silent,
            _ => "",
        }
    }

    pub(super) fn users(&self) -> &'static str {
        self.host.users
    }

    pub(super) fn portal(&self) -> &'static str {
        self.host.portal
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
