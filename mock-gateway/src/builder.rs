//! What a gateway is made with.

use crate::Error;
use crate::ca::{Authority, ServerCertificate};
use crate::gateway::Gateway;
use crate::record::{Credentials, Settings, State};
use crate::server::accept;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;

/// Two suffice: the tests that use it run on the same cores.
const WORKERS: usize = 2;

#[derive(Clone, Debug)]
pub struct Builder {
    listen: SocketAddr,
    plain: bool,
    tls12_only: bool,
    certificate: ServerCertificate,
    credentials: Credentials,
}

impl Gateway {
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A gateway with the default credentials, TLS and plain http on free ports.
    ///
    /// # Errors
    /// As [`Builder::start`].
    pub fn start() -> Result<Self, Error> {
        Self::builder().start()
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            plain: true,
            tls12_only: false,
            certificate: ServerCertificate::Valid,
            credentials: Credentials::default(),
        }
    }
}

macro_rules! setters {
    ($($(#[$comment:meta])* $name:ident: $kind:ty;)*) => {
        impl Builder {
            $($(#[$comment])*
            #[must_use]
            pub fn $name(mut self, $name: $kind) -> Self {
                self.$name = $name;
                self
            })*
        }
    };
}

setters! {
    /// Where TLS is served; 127.0.0.1 and a free port if not said. Plain http takes a free port
    /// of the same address.
    listen: SocketAddr;
    /// Whether plain http is served beside TLS: yes, if not said.
    plain: bool;
    tls12_only: bool;
    certificate: ServerCertificate;
    credentials: Credentials;
}

impl Builder {
    /// Listens, and answers from threads of its own until the [`Gateway`] is dropped.
    ///
    /// # Errors
    /// No port, no thread, or the CA's certificate cannot be written.
    pub fn start(self) -> Result<Gateway, Error> {
        let authority = Authority::new()?;
        let tls = authority.server(self.certificate, self.tls12_only)?;
        let mut files = tempfile::Builder::new();
        let ca_file = files.prefix("mock-gateway-").suffix(".pem").tempfile()?;
        ca_file.as_file().write_all(authority.pem.as_bytes())?;
        let state = Arc::new(State::new(Settings {
            credentials: self.credentials,
            lifetime: Duration::from_secs(3600),
            delay: Duration::ZERO,
            raw: Vec::new(),
            behaviour: String::new(),
            tls,
        }));

        let mut listeners = vec![(listen(self.listen)?, true)];
        if self.plain {
            listeners.push((listen(SocketAddr::new(self.listen.ip(), 0))?, false));
        }
        let address = listeners[0].0.local_addr()?;
        let plain_address = listeners
            .get(1)
            .map(|(socket, _)| socket.local_addr())
            .transpose()?;

        let (stop, stopped) = oneshot::channel::<()>();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("mock-gateway")
            .enable_all()
            .build()?;
        {
            // Registering a socket needs the runtime's reactor.
            let _entered = runtime.enter();
            for (socket, tls) in listeners {
                let socket = tokio::net::TcpListener::from_std(socket)?;
                runtime.spawn(accept(socket, tls, Arc::clone(&state)));
            }
        }
        // A thread of its own to end the runtime on: it must not end in somebody's async code.
        let thread = thread::Builder::new()
            .name("mock-gateway".to_owned())
            .spawn(move || {
                let _ = runtime.block_on(stopped);
                runtime.shutdown_timeout(Duration::from_secs(1));
            })?;
        Ok(Gateway {
            state,
            address,
            plain_address,
            authority,
            tls12_only: self.tls12_only,
            ca_file: ca_file.into_temp_path(),
            process: std::process::id(),
            running: Some((stop, thread)),
        })
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    let socket = TcpListener::bind(address)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}
