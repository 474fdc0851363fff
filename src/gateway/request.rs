//! The one request there is.

use ureq::http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, USER_AGENT};
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};

use crate::config::Settings;
use crate::credentials::{Credential, Credentials};
use crate::error::Failure;
use crate::net::tunnel::basic;

const SUBSCRIPTION_KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");

/// What every request with the same credentials has in common, checked and encoded once.
pub(super) struct RequestTemplate {
    uri: Uri,
    /// Those with the primary subscription key, and those with the secondary one. They are whole: what
    /// is missing ureq would make anew for each request.
    headers: Vec<HeaderMap>,
}

impl RequestTemplate {
    pub(super) fn new(settings: &Settings, credentials: &Credentials) -> Result<Self, Failure> {
        let (base_url, product) = (settings.base_url.canonical(), &settings.product);
        let uri = format!("{base_url}/{product}/token/")
            .parse()
            .map_err(|_| Failure::config("option base_url: it makes no valid URL; check it"))?;
        let (user, key) = (&credentials.api_user, &credentials.api_key);
        let basic = basic(user.expose(), key.expose());
        let mut common = HeaderMap::new();
        let agent = header_value(&user_agent(settings), "option user_agent")?;
        common.insert(USER_AGENT, agent);
        let host = header_value(&settings.base_url.authority(), "the host of base_url")?;
        common.insert(HOST, host);
        common.insert(AUTHORIZATION, sensitive(&basic)?);
        let with_key = |key: &Credential| {
            let mut headers = common.clone();
            headers.insert(SUBSCRIPTION_KEY, sensitive(key.expose())?);
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            Ok(headers)
        };
        let keys = credentials.subscription_keys.iter();
        Ok(Self {
            uri,
            headers: keys.map(with_key).collect::<Result<_, _>>()?,
        })
    }

    /// `key` is the subscription key's place: 0 the primary, 1 the secondary.
    pub(super) fn request(&self, key: usize, keep_connection: bool) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = ureq::http::Method::POST;
        *request.uri_mut() = self.uri.clone();
        let mut headers = self.headers[key].clone();
        if !keep_connection {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        *request.headers_mut() = headers;
        request
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

fn header_value(text: &str, what: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_str(text)
        .map_err(|_| Failure::config(format!("{what} cannot be sent in an HTTP header; check it")))
}

fn sensitive(text: &str) -> Result<HeaderValue, Failure> {
    let mut value = header_value(text, "a credential")?;
    value.set_sensitive(true);
    Ok(value)
}
