//! Authentication: a set of credentials as requests send it, and what may be said of it.

use std::sync::Arc;

use ureq::http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, USER_AGENT};
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};

use super::advice::Host;
use crate::config::{ProxyUrl, Settings};
use crate::credentials::redact::Redactor;
use crate::credentials::{Credential, Credentials};
use crate::net::tunnel::basic;
use crate::{Failure, Phase, Progress, Status};

const SUBSCRIPTION_KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");

pub(crate) struct Authentication {
    pub(crate) credentials: Arc<Credentials>,
    uri: Uri,
    /// Of the request with the primary subscription key, and with the secondary. They are whole: what
    /// is missing ureq would make anew for each request.
    headers: Vec<HeaderMap>,
    pub(super) redactor: Redactor,
    pub(super) host: &'static Host,
    /// Host, proxy, the end of the API user.
    pub(super) context: String,
}

impl Authentication {
    pub(crate) fn new(settings: &Settings, credentials: impl Into<Arc<Credentials>>) -> Self {
        let credentials = credentials.into();
        let host = settings.base_url.authority();
        let proxy = settings.proxy.as_ref().map(ProxyUrl::shown);
        let proxy = proxy
            .map(|proxy| format!(" through proxy {proxy}"))
            .unwrap_or_default();
        let user = credentials.api_user.expose();
        let (base, product) = (settings.base_url.canonical(), settings.product);
        let uri = format!("{base}/{product}/token/");
        let mut common = HeaderMap::new();
        common.insert(USER_AGENT, header_value(&user_agent(settings)));
        common.insert(HOST, header_value(&host));
        let basic = basic(user, credentials.api_key.expose());
        common.insert(AUTHORIZATION, sensitive(&basic));
        let with_key = |key: &Credential| {
            let mut headers = common.clone();
            headers.insert(SUBSCRIPTION_KEY, sensitive(key.expose()));
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            headers
        };
        Self {
            uri: uri.parse().expect("a base URL that was checked"),
            headers: credentials.subscription_keys.iter().map(with_key).collect(),
            redactor: settings.redactor(&credentials),
            host: Host::of(&settings.base_url),
            context: format!("host {host}{proxy}, API user {}", last_characters(user)),
            credentials,
        }
    }

    /// The one request there is. `key` is the subscription key: 0 the primary, 1 the secondary.
    pub(super) fn request(&self, key: usize, keep_connection: bool) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers[key].clone();
        if !keep_connection {
            let close = HeaderValue::from_static("close");
            request.headers_mut().insert(CONNECTION, close);
        }
        request
    }

    /// With all that only the whole call knows: the subscription keys that were sent, and of how many
    /// attempts this was one.
    pub(super) fn complete(
        &self,
        failure: Failure,
        keys: &[Credential],
        progress: &Progress,
        of_attempts: &str,
    ) -> Failure {
        let credentials = &*self.credentials;
        let sent = match failure.status {
            Status::MOMO_TIMED_OUT if failure.phase == Phase::Wait => self.host.silent.to_owned(),
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
        let (said, always, context) = (&failure.message, self.host.always, &self.context);
        let (attempt, ms) = (progress.attempt(), progress.elapsed().as_millis());
        let message =
            format!("{said}{sent}{always} [{context}, attempt {attempt}{of_attempts}, {ms} ms]");
        Failure { message, ..failure }
    }

    /// For a call whose time is up while a request goes on.
    pub(crate) fn still_under_way(&self, progress: &Progress) -> Failure {
        let phase = progress.phase();
        let message = format!(
            "{phase}: the time of this call was up; the request goes on, call again or give the call \
             more time"
        );
        let failure = Failure {
            phase,
            ..Failure::new(Status::MOMO_TIMED_OUT, message)
        };
        self.complete(failure, &[], progress, "")
    }
}

/// As the gateway and proxies are told it.
pub(super) fn user_agent(settings: &Settings) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match settings.user_agent.as_str() {
        "" => format!("libmomo/{version}"),
        program => format!("{program} libmomo/{version}"),
    }
}

/// Options and files take nothing else.
fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("a value that was found fit for a header")
}

fn sensitive(text: &str) -> HeaderValue {
    let mut value = header_value(text);
    value.set_sensitive(true);
    value
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
