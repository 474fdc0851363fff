//! The one request there is.

use ureq::http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, USER_AGENT};
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};

use crate::config::Settings;
use crate::credentials::{Credential, Credentials};
use crate::net::tunnel::basic;

const SUBSCRIPTION_KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");

/// What every request with the same credentials has in common, encoded once.
pub(super) struct RequestTemplate {
    uri: Uri,
    /// Those with the primary subscription key, and those with the secondary one. They are whole: what
    /// is missing ureq would make anew for each request.
    headers: Vec<HeaderMap>,
}

impl RequestTemplate {
    pub(super) fn new(settings: &Settings, credentials: &Credentials) -> Self {
        let (base_url, product) = (settings.base_url.canonical(), &settings.product);
        let uri = format!("{base_url}/{product}/token/").parse();
        let (user, key) = (&credentials.api_user, &credentials.api_key);
        let basic = basic(user.expose(), key.expose());
        let mut common = HeaderMap::new();
        common.insert(USER_AGENT, header_value(&user_agent(settings)));
        common.insert(HOST, header_value(&settings.base_url.authority()));
        common.insert(AUTHORIZATION, sensitive(&basic));
        let with_key = |key: &Credential| {
            let mut headers = common.clone();
            headers.insert(SUBSCRIPTION_KEY, sensitive(key.expose()));
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            headers
        };
        let keys = credentials.subscription_keys.iter();
        Self {
            uri: uri.expect("a base URL that was checked"),
            headers: keys.map(with_key).collect(),
        }
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

/// Options and files take nothing else.
fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("a value that was found fit for a header")
}

fn sensitive(text: &str) -> HeaderValue {
    let mut value = header_value(text);
    value.set_sensitive(true);
    value
}
