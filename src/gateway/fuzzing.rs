//! A response's meaning, without a connection.

use ureq::http::{HeaderName, HeaderValue};

use super::authentication::Authentication;
use super::response;
use super::transport::Response;
use crate::config::Settings;
use crate::fuzzing::{Failure, Token};
use crate::net::{Kind, TransportError};
use crate::{Now, Phase, SecretBytes};

/// Reads responses as a client with these options does.
pub struct ResponseReader(Authentication);

impl ResponseReader {
    /// None if the options make no client.
    pub fn new(options: &[(&str, &str)]) -> Option<Self> {
        let settings = Settings::of_options(options).ok()?;
        let (credentials, _) = settings.credentials.read(true).ok()?;
        Some(Self(Authentication::new(&settings, credentials)))
    }

    /// Headers that HTTP does not allow are left out. `is_whole` says whether the connection lasted
    /// until the body's end.
    pub fn read<'a>(
        &self,
        status: u16,
        headers: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
        body: &[u8],
        is_whole: bool,
    ) -> Result<Token, Failure> {
        let headers = headers.into_iter().filter_map(|(name, value)| {
            let value = HeaderValue::from_bytes(value).ok()?;
            Some((HeaderName::from_bytes(name).ok()?, value))
        });
        let mut text = SecretBytes::with_capacity(body.len());
        text.extend_from_slice(body);
        let lost = || TransportError::new(Phase::Read, Kind::ConnectionLost, "it is lost");
        let response = Response {
            status,
            headers: headers.collect(),
            body: text,
            incomplete: (!is_whole).then(lost),
        };
        response::read(&response, Now::read(), &self.0)
            .map(|token| Token::from(&token))
            .map_err(|error| Failure::from(error.failure))
    }
}
