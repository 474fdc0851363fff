//! Connections: accepted here, spoken to by hyper, taken back from it if it would be too polite.

use crate::behaviours::{Call, Step, find};
use crate::gateway_response::{GatewayResponse, empty, json, normal};
use crate::raw::{self, Socket, Wire};
use crate::record::{Connection, Request, State};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Response};
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

const MAX_BODY: usize = 1024 * 1024;

pub(crate) async fn accept(listener: TcpListener, with_tls: bool, state: Arc<State>) {
    loop {
        let Ok((tcp, _)) = listener.accept().await else {
            // Out of descriptors: wait until a connection ends.
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = tcp.set_nodelay(true);
        let connection = Arc::new(Connection::new(Arc::clone(&state)));
        let tls = with_tls.then(|| TlsAcceptor::from(Arc::clone(&state.settings().tls)));
        tokio::spawn(async move {
            // Errors mean that the client has left or refused the certificate.
            let _ = match tls {
                None => serve(tcp, connection).await,
                Some(tls) => match tls.accept(tcp).await {
                    Ok(stream) => serve(stream, connection).await,
                    Err(error) => Err(error),
                },
            };
        });
    }
}

/// Where a service leaves what must be written by hand; its error then makes hyper let go of the
/// connection without writing a byte.
type Slot = Arc<Mutex<Option<(Wire, GatewayResponse)>>>;

async fn serve(socket: impl Socket, connection: Arc<Connection>) -> io::Result<()> {
    let slot = Slot::default();
    let service = service_fn({
        let (slot, connection) = (Arc::clone(&slot), Arc::clone(&connection));
        move |request| Box::pin(handle(request, Arc::clone(&connection), Arc::clone(&slot)))
    });
    let mut http = http1::Builder::new().serve_connection(TokioIo::new(socket), service);
    let mut closing = pin!(connection.state.closing.notified());
    let served = poll_fn(|context| {
        if closing.as_mut().poll(context).is_ready() {
            return Poll::Ready(false);
        }
        Pin::new(&mut http)
            .poll(context)
            .map(|result| result.is_ok())
    })
    .await;
    let socket = http.into_parts().io.into_inner();
    let by_hand = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    match by_hand {
        Some((wire, response)) => raw::send(socket, wire, &response).await,
        None if served => Ok(()),
        None => raw::close(socket).await,
    }
}

async fn handle(
    request: hyper::Request<Incoming>,
    connection: Arc<Connection>,
    slot: Slot,
) -> Result<Response<Full<Bytes>>, crate::Error> {
    let state = &connection.state;
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let request = Request {
        method: head.method.to_string(),
        path: path.map_or("/", |path| path.as_str()).to_owned(),
        headers: Vec::from_iter(head.headers.iter().map(|(n, v)| (n.to_string(), text(v)))),
        body: Limited::new(body, MAX_BODY)
            .collect()
            .await?
            .to_bytes()
            .into(),
    };
    let earlier = connection.requests.fetch_add(1, Relaxed);
    if let Some(response) = admin(&connection, &request, earlier == 0) {
        return Ok(response.map(Full::from));
    }
    state.record(request.clone());
    let (wire, response) = decide(state, &request, earlier > 0).await;
    match wire {
        None => Ok(response.map(Full::from)),
        Some(wire) => {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((wire, response));
            Err("taken over".into())
        }
    }
}

fn admin(connection: &Connection, request: &Request, first: bool) -> Option<GatewayResponse> {
    let ask = match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/__requests") => true,
        ("POST", "/__reset") => false,
        _ => return None,
    };
    if first {
        connection.uncount();
    }
    let state = &connection.state;
    if !ask {
        state.reset();
        return Some(empty(204));
    }
    let counts = json!({
        "count": state.counts.requests.load(Relaxed),
        "connections": state.counts.connections.load(Relaxed),
    });
    Some(json(200, counts.to_string()))
}

async fn decide(state: &State, request: &Request, reused: bool) -> (Option<Wire>, GatewayResponse) {
    let (delay, behaviour) = {
        let settings = state.settings();
        (settings.delay, settings.behaviour.clone())
    };
    let path = behaviour + request.path.split('?').next().unwrap_or("/");
    let mut call = Call {
        state,
        request,
        reused,
        prefix: "",
        delay,
        hold: Duration::ZERO,
        lifetime: None,
        edits: Vec::new(),
        wire: None,
        headers: HeaderMap::new(),
    };
    let mut rest = path.as_str();
    let mut step = Step::Next;
    while let Some(tail) = rest.strip_prefix('/') {
        let segment = tail.split('/').next().unwrap_or("");
        let Some((row, number)) = find(segment) else {
            break;
        };
        rest = &tail[segment.len()..];
        call.prefix = &path[..path.len() - rest.len()];
        step = (row.run)(&mut call, number);
        if !matches!(step, Step::Next) {
            break;
        }
    }
    sleep(call.delay).await;
    let mut response = match step {
        Step::Wire(wire) => {
            sleep(call.hold).await;
            return (Some(wire), json(200, ""));
        }
        Step::Response(response) => response,
        Step::Next => normal(state, request, rest, call.lifetime, &call.edits),
    };
    response.headers_mut().extend(call.headers);
    sleep(call.hold).await;
    (call.wire, response)
}
