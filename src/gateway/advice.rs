//! Advice: what is known of the hosts, as parts of a message.
//!
//! The facts about portals and hosts are MTN's: developers' keys are shown at
//! momodeveloper.mtn.com, those for production at momoapi.mtn.com, and the hosts under
//! azure-api.net were given up for those under mtn.com and mtn.co.*.

use crate::config::BaseUrl;

pub(super) struct Host {
    /// Where the subscription key for it is shown.
    pub(super) portal: &'static str,
    /// Which API users and API keys it takes.
    pub(super) users: &'static str,
    /// What may be the cause if it does not respond.
    pub(super) silent: &'static str,
    pub(super) always: &'static str,
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

const RETIRED: Host = Host {
    always: "; MTN has given up its hosts under azure-api.net: set base_url to \
             https://proxy.momoapi.mtn.com (or the country's), or \
             https://sandbox.momodeveloper.mtn.com for tests",
    ..OTHER
};

impl Host {
    pub(super) fn of(base_url: &BaseUrl) -> &'static Self {
        match &*base_url.host {
            "sandbox.momodeveloper.mtn.com" => &SANDBOX,
            host if host.starts_with("proxy.momoapi.mtn.") => &PRODUCTION,
            _ if base_url.is_in_retired_domain() => &RETIRED,
            _ => &OTHER,
        }
    }
}
