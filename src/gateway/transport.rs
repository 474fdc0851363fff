//! One attempt over HTTP: ureq with connections, TLS and look-ups of our own.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use ureq::http::{HeaderMap, HeaderValue, Request, Uri};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Connector, NextTimeout};
use ureq::{Agent, Proxy, Timeout};

use super::phase_tracking::PhaseTrackingConnector;
use super::request::user_agent;
use super::tcp::{TcpConnector, UREQ_ENDS_LATER};
use super::tls::TlsConnector;
use super::tunnel::ProxyTunnelConnector;
use super::ureq_error;
use crate::cancellation::Cancellation;
use crate::config::{Scheme, Settings};
use crate::error::Failure;
use crate::net::transport_error::{Kind, Phase, TransportError};
use crate::net::trust::{self, Verifier};
use crate::per_process::{PerProcess, PerProcessRef};
use crate::secret::SecretBytes;

/// A token response has some 634 bytes.
pub(super) const LARGEST_BODY: usize = 64 * 1024;

/// What is taken for a body of unknown length before it grows.
const USUAL_BODY: usize = 16_384;

/// Per connection and layer. A program may hold thousands of clients.
const BUFFER: usize = 16 * 1024;

/// The connections of one client.
pub(crate) struct Transport {
    settings: Arc<TransportSettings>,
    agent: PerProcess<Agent>,
    cancellation: Arc<Cancellation>,
}

struct TransportSettings {
    /// Made when the client is: ureq's defaults are read from the environment.
    config: Config,
    verifier: Arc<Verifier>,
    plain: bool,
}

/// Stands in where ureq wants a resolver, which it asks before every request, pooled connection or
/// not: the TCP connector looks up by itself, and only when it really connects.
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

/// How long one attempt, and its connecting, may take.
#[derive(Clone, Copy)]
pub(super) struct Budget {
    pub(super) attempt: Duration,
    pub(super) connect: Duration,
}

pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// No longer than [`LARGEST_BODY`] and one byte.
    pub(super) body: SecretBytes,
    /// Why the body is not whole.
    pub(super) incomplete: Option<TransportError>,
}

impl Transport {
    /// Touches no network. Refuses a trust store that cannot be used. Its connections end with
    /// `cancellation`.
    pub(crate) fn new(
        settings: &Settings,
        cancellation: Arc<Cancellation>,
    ) -> Result<Self, Failure> {
        let verifier = trust::verifier(&settings.ca)?;
        let proxy = settings.proxy.as_ref().map(|p| Proxy::new(&p.to_url()));
        let proxy = proxy
            .transpose()
            .map_err(|_| Failure::config("option proxy: it is no URL of a proxy; check it"))?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(proxy)
            // A proxy's; requests have their own.
            .user_agent(user_agent(settings))
            .accept("")
            .accept_encoding("")
            .input_buffer_size(BUFFER)
            .output_buffer_size(BUFFER)
            .build();
        Ok(Self {
            settings: Arc::new(TransportSettings {
                config,
                verifier,
                plain: settings.base_url.scheme() == Scheme::Http,
            }),
            agent: PerProcess::new(),
            cancellation,
        })
    }

    /// With the same settings, and connections of its own.
    pub(crate) fn with_cancellation(&self, cancellation: Arc<Cancellation>) -> Self {
        Self {
            settings: Arc::clone(&self.settings),
            agent: PerProcess::new(),
            cancellation,
        }
    }

    fn agent(&self) -> Result<PerProcessRef<Agent>, Failure> {
        self.agent.get_or_try(|| {
            let settings = &self.settings;
            let chain = ().chain(ProxyTunnelConnector::default());
            let chain = chain.chain(TcpConnector {
                cancellation: Arc::clone(&self.cancellation),
                loopback_only: settings.plain,
            });
            let chain = chain.chain(TlsConnector::new(Arc::clone(&settings.verifier))?);
            let chain = chain.chain(PhaseTrackingConnector);
            Ok(Agent::with_parts(
                settings.config.clone(),
                chain,
                NoResolver,
            ))
        })
    }

    /// The outer error is ours, before any network; the inner one is the attempt's.
    pub(super) fn post(
        &self,
        request: Request<()>,
        budget: Budget,
    ) -> Result<Result<Response, TransportError>, Failure> {
        let agent = self.agent()?;
        let request = agent
            .configure_request(request)
            .timeout_global(Some(budget.attempt + UREQ_ENDS_LATER))
            .timeout_connect(Some(budget.connect + UREQ_ENDS_LATER))
            .build();
        Ok(agent.run(request).map(read).map_err(into_transport_error))
    }
}

/// ureq fills a cell at its first request, behind a lock: a child forked meanwhile would wait for
/// that lock for ever. A request that has no way to connect fills it when the library is loaded.
pub(super) fn fill_lazy_cells() {
    let config = Agent::config_builder().proxy(None).build();
    let _ = Agent::with_parts(config, (), NoResolver)
        .get("http://localhost/")
        .call();
}

fn read(response: ureq::http::Response<ureq::Body>) -> Response {
    let (parts, body) = response.into_parts();
    let length = body.content_length();
    let capacity = length.map_or(USUAL_BODY, |l| {
        usize::try_from(l).map_or(LARGEST_BODY, |l| l.min(LARGEST_BODY))
    });
    // One byte more than is taken: whether there is more than that must be seen.
    let mut text = SecretBytes::with_capacity(capacity + 1);
    let limit = LARGEST_BODY as u64 + 1;
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
fn check_framing(headers: &HeaderMap) -> Result<(), TransportError> {
    let coded = |coding: &HeaderValue| !coding.as_bytes().eq_ignore_ascii_case(b"identity");
    let what = if headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH) {
        "it has both Content-Length and Transfer-Encoding, which HTTP forbids"
    } else if headers.get_all(CONTENT_ENCODING).iter().any(coded) {
        "it has a Content-Encoding, and none was asked for"
    } else {
        return Ok(());
    };
    Err(TransportError::new(
        Phase::Read,
        Kind::InvalidHttp,
        format!("{what}; check what stands between here and the gateway"),
    ))
}

fn into_transport_error(error: ureq::Error) -> TransportError {
    if let Some(found) = ureq_error::find(&error) {
        return found.clone();
    }
    match error {
        ureq::Error::Timeout(Timeout::Connect) => TransportError::timed_out(Phase::Connect),
        ureq::Error::Timeout(_) => TransportError::timed_out(Phase::Wait),
        ureq::Error::Io(e) => TransportError::new(
            Phase::Read,
            Kind::ConnectionLost,
            format!("the connection ended before the response did ({e}); try again"),
        ),
        other => TransportError::new(
            Phase::Read,
            Kind::InvalidHttp,
            "it is not valid HTTP; check what stands between here and the gateway",
        )
        .with_peer_text(&other),
    }
}

#[cfg(test)]
#[path = "transport_tests.rs"]
mod tests;
