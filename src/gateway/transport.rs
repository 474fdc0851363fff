//! One attempt over HTTP: ureq with connections, TLS and look-ups of our own.

use std::io::Read;
use std::sync::Arc;

use arc_swap::ArcSwap;
use once_cell::race::OnceBox;
use ureq::Agent;
use ureq::config::Config;
use ureq::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use ureq::http::{HeaderMap, HeaderValue, Request, Uri};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::authentication::user_agent;
use super::ureq_connection::{RouteConnector, exchange_limits};
use crate::config::{Scheme, Settings};
use crate::net::{Kind, Limits, Result, Route, TransportError, trust};
use crate::{Failure, PerProcess, Phase, SecretBytes};

/// A token response has some 634 bytes.
pub(super) const MAX_BODY_BYTES: usize = 64 * 1024;

/// What is taken for a body of unknown length before it grows.
const USUAL_BODY_BYTES: usize = 16_384;

pub(crate) struct Transport {
    connector: RouteConnector,
    agent: PerProcess<ArcSwap<Agent>>,
}

/// Stands in where ureq wants a resolver, which it asks before every request, kept connection or
/// not: a connection looks its host up by itself, when it is opened.
#[derive(Debug)]
struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// No longer than [`MAX_BODY_BYTES`] and one byte.
    pub(super) body: SecretBytes,
    /// Why the body is not whole.
    pub(super) incomplete: Option<TransportError>,
}

impl Transport {
    /// Touches no network. Refuses a trust store that cannot be used.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Failure> {
        let tls = trust::tls_config(&settings.ca)?;
        let base_url = &settings.base_url;
        let plain = base_url.scheme == Scheme::Http;
        let route = Route {
            host: base_url.host.clone(),
            port: base_url.port,
            proxy: settings.proxy.clone(),
            user_agent: user_agent(settings),
            tls: (!plain).then_some(tls),
            option: "base_url",
            loopback_only: plain,
        };
        Ok(Self {
            connector: RouteConnector {
                route: Arc::new(route),
                connect_timeout: settings.connect_timeout,
            },
            agent: PerProcess::new(),
        })
    }

    /// One attempt. A kept connection that proves to be closed is replaced by a new one.
    pub(super) fn post(&self, make: impl Fn() -> Request<()>, limits: &Limits) -> Result<Response> {
        limits.check()?;
        let new_agent = || Agent::with_parts(config().clone(), self.connector.clone(), NoResolver);
        let agent = self.agent.get_or(|| ArcSwap::from_pointee(new_agent()));
        let run = || {
            exchange_limits(Some(limits.clone()));
            let response = agent.load().run(make());
            // If ureq came to no connection.
            exchange_limits(None);
            response
        };
        let response = match run() {
            Err(ureq::Error::ConnectionFailed) => {
                // Others that were kept may be closed, too: they go with their agent.
                agent.store(Arc::new(new_agent()));
                run()
            }
            outcome => outcome,
        };
        response.map(read).map_err(into_transport_error)
    }
}

/// ureq's defaults are read from the environment, and so once for all clients.
fn config() -> &'static Config {
    static CONFIG: OnceBox<Config> = OnceBox::new();
    CONFIG.get_or_init(|| {
        let builder = Agent::config_builder();
        // Its own ways to follow a redirect, to find a proxy and to end on time are not used.
        let builder = builder.http_status_as_error(false).max_redirects(0);
        let builder = builder.proxy(None).accept("").accept_encoding("");
        Box::new(builder.build())
    })
}

/// ureq fills a cell at its first request, behind a lock: a child forked meanwhile would wait for
/// that lock for ever. A request that has no way to connect fills it when the library is loaded.
pub(crate) fn fill_lazy_cells() {
    let _ = Agent::with_parts(config().clone(), (), NoResolver)
        .get("http://localhost/")
        .call();
}

fn read(response: ureq::http::Response<ureq::Body>) -> Response {
    let (parts, body) = response.into_parts();
    let length = body.content_length().and_then(|l| usize::try_from(l).ok());
    let capacity = length.unwrap_or(USUAL_BODY_BYTES).min(MAX_BODY_BYTES);
    // One byte more than is taken: whether there is more than that must be seen.
    let mut text = SecretBytes::with_capacity(capacity + 1);
    let limit = MAX_BODY_BYTES as u64 + 1;
    let incomplete = body.into_reader().take(limit).read_to_end(&mut text);
    let incomplete = incomplete.map_err(|e| into_transport_error(ureq::Error::from(e)));
    Response {
        status: parts.status.as_u16(),
        incomplete: incomplete.and(check_framing(&parts.headers)).err(),
        headers: parts.headers,
        body: text,
    }
}

/// What ureq passes over: two lengths (RFC 9112, section 6.3: whoever sends both may want two readers
/// to see two different responses), and a coding that no request of ours has accepted.
fn check_framing(headers: &HeaderMap) -> Result<()> {
    let coded = |coding: &HeaderValue| !coding.as_bytes().eq_ignore_ascii_case(b"identity");
    let what = if headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH) {
        "it has both Content-Length and Transfer-Encoding, which HTTP forbids"
    } else if headers.get_all(CONTENT_ENCODING).iter().any(coded) {
        "it has a Content-Encoding, and none was asked for"
    } else {
        return Ok(());
    };
    Err(TransportError::invalid_http(what))
}

fn into_transport_error(error: ureq::Error) -> TransportError {
    let not_http = |said: &dyn std::fmt::Display| {
        TransportError::invalid_http("it is not valid HTTP").with_peer_text(&said)
    };
    match error {
        ureq::Error::Other(own) => own
            .downcast()
            .map_or_else(|other| not_http(&other), |own| *own),
        ureq::Error::Io(e) => {
            let detail = format!("the connection ended before the response did ({e}); try again");
            TransportError::new(Phase::Read, Kind::ConnectionLost, detail)
        }
        error => not_http(&error),
    }
}

#[cfg(test)]
mod tests;
