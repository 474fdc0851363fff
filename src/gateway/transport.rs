//! One attempt over HTTP: ureq with connections, TLS and look-ups of our own.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustls::RootCertStore;
use ureq::http::{HeaderMap, Request};
use ureq::unversioned::transport::{ConnectionDetails, Connector};
use ureq::{Agent, Proxy, Timeout};

use super::broken::{self, Broken, Cause, Phase};
use super::resolver::Later;
use super::socket::Dialer;
use super::tls::TlsConnector;
use super::tunnel::Tunnel;
use super::wire::WireConnector;
use crate::config::{Scheme, Settings};
use crate::error::Failure;
use crate::fork::{ForkCell, Held};
use crate::secret::SecretBytes;

/// A token answer has some 634 bytes.
pub(super) const LARGEST_BODY: usize = 64 * 1024;

/// What is taken for a body of unknown length before it grows.
const USUAL_BODY: usize = 16 * 1024;

/// Per connection and layer. A program may hold thousands of clients.
const BUFFER: usize = 16 * 1024;

pub(super) struct Transport {
    agent: ForkCell<Agent>,
    roots: Arc<RootCertStore>,
    plain: bool,
    proxy: Option<Proxy>,
    user_agent: String,
}

/// How long one attempt, and its connecting, may take.
#[derive(Clone, Copy)]
pub(super) struct Budget {
    pub(super) attempt: Duration,
    pub(super) connect: Duration,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// No longer than [`LARGEST_BODY`] and one byte.
    pub(super) body: SecretBytes,
    /// Why the body is not whole.
    pub(super) torn: Option<Broken>,
}

impl Transport {
    pub(super) fn new(settings: &Settings, roots: Arc<RootCertStore>) -> Result<Self, Failure> {
        warm_up();
        let proxy = settings.proxy.as_ref().map(|p| Proxy::new(&p.to_url()));
        let version = env!("CARGO_PKG_VERSION");
        let user_agent = match settings.user_agent.as_str() {
            "" => format!("libmomo/{version}"),
            host => format!("{host} libmomo/{version}"),
        };
        Ok(Self {
            agent: ForkCell::new(),
            roots,
            plain: settings.base_url.scheme() == Scheme::Http,
            proxy: proxy
                .transpose()
                .map_err(|_| Failure::config("option proxy: it is no URL of a proxy; check it"))?,
            user_agent,
        })
    }

    fn agent(&self) -> Result<Held<Agent>, Failure> {
        self.agent.get_or_try(|| {
            let config = Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .proxy(self.proxy.clone())
                .user_agent(self.user_agent.as_str())
                .accept("")
                .accept_encoding("")
                .input_buffer_size(BUFFER)
                .output_buffer_size(BUFFER)
                .build();
            let chain = ().chain(Tunnel::default());
            let chain = chain.chain(Dialer {
                loopback_only: self.plain,
            });
            let chain = chain.chain(TlsConnector::new(Arc::clone(&self.roots))?);
            let chain = chain.chain(WireConnector);
            Ok(Agent::with_parts(config, chain, Later))
        })
    }

    /// The outer error is ours, before any network; the inner one is the attempt's.
    pub(super) fn post(
        &self,
        request: Request<()>,
        budget: Budget,
    ) -> Result<Result<Answer, Broken>, Failure> {
        let agent = self.agent()?;
        let request = agent
            .configure_request(request)
            .timeout_global(Some(budget.attempt))
            .timeout_connect(Some(budget.connect))
            .build();
        Ok(agent.run(request).map(read).map_err(into_broken))
    }

    /// Ends every connection that is in use, and refuses new ones.
    pub(super) fn cancel(&self) {
        if let Some(agent) = self.agent.get() {
            (*agent).clone().shutdown();
        }
    }
}

/// ureq fills a cell at its first request, behind a lock that waits: a child forked meanwhile would
/// wait for ever, past every deadline. A request that ends before any network fills it now.
fn warm_up() {
    #[derive(Debug)]
    struct Nowhere;
    impl Connector for Nowhere {
        type Out = ();
        fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<()>, ureq::Error> {
            Err(ureq::Error::ConnectionFailed)
        }
    }
    static DONE: AtomicBool = AtomicBool::new(false);
    if !DONE.load(Ordering::Acquire) {
        let config = Agent::config_builder().proxy(None).build();
        let _ = Agent::with_parts(config, Nowhere, Later)
            .get("http://localhost/")
            .call();
        DONE.store(true, Ordering::Release);
    }
}

fn read(response: ureq::http::Response<ureq::Body>) -> Answer {
    let (parts, body) = response.into_parts();
    let length = body.content_length();
    let capacity = length.map_or(USUAL_BODY, |l| {
        usize::try_from(l).map_or(LARGEST_BODY, |l| l.min(LARGEST_BODY))
    });
    // One byte more than is taken: whether there is more than that must be seen.
    let mut text = SecretBytes::with_capacity(capacity + 1);
    let limit = LARGEST_BODY as u64 + 1;
    let torn = body.into_reader().take(limit).read_to_end(&mut text);
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: text,
        torn: torn.err().map(|e| into_broken(ureq::Error::from(e))),
    }
}

fn into_broken(error: ureq::Error) -> Broken {
    if let Some(broken) = broken::find(&error) {
        return broken.clone();
    }
    match error {
        ureq::Error::Timeout(Timeout::Connect) => Broken::timed_out(Phase::Connect),
        ureq::Error::Timeout(_) => Broken::timed_out(Phase::Wait),
        ureq::Error::Io(e) => Broken::new(
            Phase::Read,
            Cause::Lost,
            format!("the connection ended before the answer did ({e}); try again"),
        ),
        other => Broken::new(
            Phase::Read,
            Cause::Malformed,
            "it is not valid HTTP; check what stands between here and the gateway",
        )
        .quoting(&other),
    }
}
