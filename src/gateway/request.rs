//! The one request there is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ureq::http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH};
use ureq::http::{HeaderName, HeaderValue, Request, Uri};
use zeroize::Zeroizing;

use crate::config::{Credentials, Settings};
use crate::error::Failure;

const SUBSCRIPTION_KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");

/// What every request with the same credentials has in common, checked and encoded once.
pub(super) struct RequestTemplate {
    uri: Uri,
    authorization: HeaderValue,
    subscription_keys: Vec<HeaderValue>,
}

impl RequestTemplate {
    pub(super) fn new(settings: &Settings, credentials: &Credentials) -> Result<Self, Failure> {
        let url = format!(
            "{}/{}/token/",
            settings.base_url.canonical(),
            settings.product
        );
        let uri = url
            .parse()
            .map_err(|_| Failure::config("option base_url: it makes no valid URL; check it"))?;
        let pair = Zeroizing::new(format!(
            "{}:{}",
            credentials.api_user.expose(),
            credentials.api_key.expose()
        ));
        let basic = Zeroizing::new(format!(
            "Basic {}",
            &*Zeroizing::new(STANDARD.encode(&*pair))
        ));
        let keys = credentials.subscription_keys.iter();
        Ok(Self {
            uri,
            authorization: sensitive(&basic)?,
            subscription_keys: keys
                .map(|key| sensitive(key.expose()))
                .collect::<Result<_, _>>()?,
        })
    }

    /// `key` is the subscription key's place: 0 the primary, 1 the secondary.
    pub(super) fn request(&self, key: usize, keep_connection: bool) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = ureq::http::Method::POST;
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, self.authorization.clone());
        if let Some(key) = self.subscription_keys.get(key) {
            headers.insert(SUBSCRIPTION_KEY, key.clone());
        }
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        if !keep_connection {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        request
    }
}

fn sensitive(text: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Failure::config("a credential cannot be sent in an HTTP header; check it"))?;
    value.set_sensitive(true);
    Ok(value)
}
