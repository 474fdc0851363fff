//! What no HTTP library would send, written to the socket by hand.

use crate::gateway_response::GatewayResponse;
use hyper::ext::ReasonPhrase;
use std::io::{Error, ErrorKind, Result};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

const DRIP: Duration = Duration::from_millis(100);
/// Between two blocks of an endless response: enough to swamp a client, not the machine.
const BREATH: Duration = Duration::from_millis(1);
const BLOCK: usize = 4096;

/// How a response goes out if hyper would not do it.
#[derive(Clone, Debug)]
pub(crate) enum Wire {
    /// The response, with a Content-Length of 64 more than there is.
    Truncated,
    /// The response in one chunk, without the last one.
    TruncatedChunked,
    /// The response after an interim one.
    Interim,
    /// The response in chunks whose sizes have long extensions.
    ChunkExtensions,
    /// The first bytes of the response, then a close.
    FirstBytes(usize),
    /// The head at once, the body one byte at a time.
    Drip,
    SlowHeaders,
    EndlessHeaders,
    Endless100,
    EndlessBody,
    Stall,
    Close,
    CloseWithoutNotify,
    Reset,
    Bytes(Vec<u8>),
}

/// A connection, with or without TLS, down to its TCP socket.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// Sends `response` in the way of `wire`, and closes the connection. An error means only that the
/// client left first.
pub(crate) async fn send(
    mut socket: impl Socket,
    wire: Wire,
    response: &GatewayResponse,
) -> Result<()> {
    let io = &mut socket;
    let length = response.body().len();
    let whole = |length| {
        let head = head(response, &format!("Content-Length: {length}"));
        [head.as_bytes(), response.body()].concat()
    };
    match wire {
        Wire::Truncated => io.write_all(&whole(length + 64)).await?,
        Wire::TruncatedChunked => {
            let head = head(response, "Transfer-Encoding: chunked");
            let size = format!("{length:x}\r\n");
            let parts = [head.as_bytes(), size.as_bytes(), response.body(), b"\r\n"];
            io.write_all(&parts.concat()).await?;
        }
        Wire::Interim => {
            io.write_all(b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n")
                .await?;
            io.write_all(&whole(length)).await?;
        }
        Wire::ChunkExtensions => {
            let extension = format!(";signature={}\r\n", "x".repeat(2048));
            let mut bytes = head(response, "Transfer-Encoding: chunked").into_bytes();
            for chunk in response.body().chunks(100) {
                bytes.extend(format!("{:x}{extension}", chunk.len()).bytes());
                bytes.extend([chunk, b"\r\n"].concat());
            }
            bytes.extend(format!("0{extension}\r\n").bytes());
            io.write_all(&bytes).await?;
        }
        Wire::FirstBytes(count) => {
            let bytes = whole(length);
            io.write_all(&bytes[..count.min(bytes.len())]).await?;
        }
        Wire::Drip => {
            let bytes = whole(length);
            let (head, body) = bytes.split_at(bytes.len() - length);
            io.write_all(head).await?;
            drip(io, body).await?;
        }
        Wire::SlowHeaders => {
            drip(io, b"HTTP/1.1 200 OK\r\nX-Slow: ").await?;
            loop {
                drip(io, b"a").await?;
            }
        }
        Wire::EndlessHeaders => {
            io.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            flood(io, b"X-Endless: there is always one more\r\n").await?;
        }
        Wire::Endless100 => flood(io, b"HTTP/1.1 100 Continue\r\n\r\n").await?,
        Wire::EndlessBody => {
            io.write_all(head(response, "Transfer-Encoding: chunked").as_bytes())
                .await?;
            io.write_all(b"11\r\n{\"access_token\":\"\r\n").await?;
            flood(io, format!("400\r\n{}\r\n", "A".repeat(0x400)).as_bytes()).await?;
        }
        Wire::Stall => loop {
            pause(io, Duration::from_secs(3600)).await?;
        },
        Wire::Bytes(bytes) => io.write_all(&bytes).await?,
        Wire::Close => {}
        Wire::CloseWithoutNotify => return Ok(()),
        Wire::Reset => return socket.tcp().set_zero_linger(),
    }
    close(socket).await
}

/// Closes without a reset: one would destroy what the client has not read yet.
pub(crate) async fn close(mut socket: impl Socket) -> Result<()> {
    socket.shutdown().await?;
    let _ = timeout(Duration::from_secs(1), async {
        while matches!(socket.read(&mut [0; 512]).await, Ok(count) if count > 0) {}
    })
    .await;
    Ok(())
}

fn head(response: &GatewayResponse, framing: &str) -> String {
    let reason = response.extensions().get::<ReasonPhrase>();
    let known = response.status().canonical_reason().unwrap_or("Unknown");
    let reason = reason.map_or(known.as_bytes(), ReasonPhrase::as_bytes);
    let text = String::from_utf8_lossy;
    let mut head = format!(
        "HTTP/1.1 {} {}\r\n",
        response.status().as_str(),
        text(reason)
    );
    for (name, value) in response.headers() {
        head.push_str(&format!("{name}: {}\r\n", text(value.as_bytes())));
    }
    head + framing + "\r\n\r\n"
}

async fn drip(io: &mut impl Socket, bytes: &[u8]) -> Result<()> {
    for byte in bytes {
        io.write_all(&[*byte]).await?;
        io.flush().await?;
        pause(io, DRIP).await?;
    }
    Ok(())
}

async fn flood(io: &mut impl Socket, piece: &[u8]) -> Result<()> {
    let block = piece.repeat(BLOCK.div_ceil(piece.len().max(1)));
    loop {
        io.write_all(&block).await?;
        pause(io, BREATH).await?;
    }
}

/// Waits, but ends at once when the client closes: nothing is written that would show it.
async fn pause(io: &mut impl Socket, time: Duration) -> Result<()> {
    match timeout(time, io.read(&mut [0; 512])).await {
        Ok(Ok(0)) => Err(Error::from(ErrorKind::ConnectionAborted)),
        Ok(Err(error)) => Err(error),
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}
