//! Behaviours that change how the rest of the path is answered, or that answer nothing HTTP knows.

use super::{Row, Step, ok, row};
use crate::gateway_response::GatewayResponse;
use crate::raw::Wire;
use std::time::Duration;

const fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

pub(super) static ROWS: &[Row] = &[
    // Those that go on with the rest of the path.
    row(
        "delay-N",
        "wait N ms, then go on with the rest of the path",
        |c, n| {
            c.delay += millis(n);
            Step::Next
        },
    ),
    row(
        "hold-N",
        "make the response now, send it N ms later: the token has aged",
        |c, n| {
            c.hold += millis(n);
            Step::Next
        },
    ),
    row("lifetime-N", "tokens that live N seconds", |c, n| {
        c.lifetime = Some(Duration::from_secs(n));
        Step::Next
    }),
    row(
        "connection-close",
        "the normal response with Connection: close",
        |c, _| {
            c.headers.push(("Connection", "close".to_owned()));
            Step::Next
        },
    ),
    row(
        "age-N",
        "the response with Age: N, as from a cache on the way",
        |c, n| {
            c.headers.push(("Age", n.to_string()));
            Step::Next
        },
    ),
    row(
        "login-failed-once",
        "500 login_failed the first time, then the rest of the path",
        |c, _| {
            if c.state.fails_again(c.prefix, 1) {
                ok(GatewayResponse::login_failed())
            } else {
                Step::Next
            }
        },
    ),
    row(
        "503-times-N",
        "503 N times in a row, then the rest of the path",
        |c, n| {
            if c.state.fails_again(c.prefix, n) {
                ok(GatewayResponse::unavailable())
            } else {
                Step::Next
            }
        },
    ),
    row(
        "no-response-on-reuse",
        "close without a response at a connection's second request",
        |c, _| {
            if c.reused {
                Step::Wire(Wire::Close)
            } else {
                Step::Next
            }
        },
    ),
    // The normal response, changed; credentials are still checked.
    row("no-token", "200 without access_token", |c, _| {
        c.edit(|m| m.remove("access_token"))
    }),
    row("empty-token", "access_token is \"\"", |c, _| {
        c.edit(|m| m.set("access_token", "\"\""))
    }),
    row("token-null", "access_token is null", |c, _| {
        c.edit(|m| m.set("access_token", "null"))
    }),
    row("token-number", "access_token is a number", |c, _| {
        c.edit(|m| m.set("access_token", "1"))
    }),
    row(
        "token-bad-chars",
        "a token with a blank, CR, LF and a quote in it",
        |c, _| c.edit(|m| m.set("access_token", r#""abc def\r\nX-Injected: \"yes\"""#)),
    ),
    row("token-max", "a token of 8,192 characters", |c, _| {
        c.edit(|m| m.stretch_token(8192))
    }),
    row("token-too-long", "a token of 8,193 characters", |c, _| {
        c.edit(|m| m.stretch_token(8193))
    }),
    row("no-token-type", "200 without token_type", |c, _| {
        c.edit(|m| m.remove("token_type"))
    }),
    row(
        "unknown-members",
        "200 with members nobody knows",
        |c, _| {
            c.edit(|m| {
                m.put_first("api_version", r#"{"major":2,"parts":[1,null,"x"]}"#);
                m.set("scope", "null");
                m.set("consented_on", "1767225600.5");
            })
        },
    ),
    row(
        "expires-in-string",
        "expires_in as a string of digits",
        |c, _| {
            c.edit(|m| {
                m.set(
                    "expires_in",
                    format!("\"{}\"", m.get("expires_in").unwrap_or("3600")),
                )
            })
        },
    ),
    row("expires-in-missing", "no expires_in", |c, _| {
        c.edit(|m| m.remove("expires_in"))
    }),
    row("expires-in-zero", "expires_in is 0", |c, _| {
        c.edit(|m| m.set("expires_in", "0"))
    }),
    row("expires-in-negative", "expires_in is -1", |c, _| {
        c.edit(|m| m.set("expires_in", "-1"))
    }),
    row(
        "expires-in-huge",
        "expires_in is larger than 64 bits hold",
        |c, _| c.edit(|m| m.set("expires_in", "99999999999999999999")),
    ),
    row("expires-in-float", "expires_in is 3599.5", |c, _| {
        c.edit(|m| m.set("expires_in", "3599.5"))
    }),
    row("expires-in-text", "expires_in is \"soon\"", |c, _| {
        c.edit(|m| m.set("expires_in", "\"soon\""))
    }),
    row("oversize", "200 with a token and 70 KiB of JSON", |c, _| {
        c.edit(|m| m.set("padding", format!("\"{}\"", "A".repeat(70 * 1024))))
    }),
    // The rest of the path's response, sent badly.
    row(
        "truncated",
        "Content-Length 64 more than there is, then close",
        |c, _| c.send(Wire::Truncated),
    ),
    row(
        "truncated-chunked",
        "chunked, closed before the last chunk",
        |c, _| c.send(Wire::TruncatedChunked),
    ),
    row(
        "close-after-N-bytes",
        "the first N bytes of the response, head and all, then close",
        |c, n| c.send(Wire::FirstBytes(usize::try_from(n).unwrap_or(usize::MAX))),
    ),
    row(
        "drip",
        "the head at once, then one byte of the body each 100 ms",
        |c, _| c.send(Wire::Drip),
    ),
    row(
        "interim",
        "103 with header fields, then the response",
        |c, _| c.send(Wire::Interim),
    ),
    row(
        "chunk-extensions",
        "chunked, each size with an extension of 2 KiB",
        |c, _| c.send(Wire::ChunkExtensions),
    ),
    // No response that a client could use; nothing is checked from here on.
    row(
        "slow-headers",
        "one byte of the head each 100 ms, for ever",
        |_, _| Step::Wire(Wire::SlowHeaders),
    ),
    row("stall", "read the request, never answer", |_, _| {
        Step::Wire(Wire::Stall)
    }),
    row("reset", "a TCP reset instead of a response", |_, _| {
        Step::Wire(Wire::Reset)
    }),
    row("close", "a clean close instead of a response", |_, _| {
        Step::Wire(Wire::Close)
    }),
    row(
        "close-without-notify",
        "a close without TLS's close_notify",
        |_, _| Step::Wire(Wire::CloseWithoutNotify),
    ),
    row("oversize-endless", "200, a body without end", |_, _| {
        Step::Wire(Wire::EndlessBody)
    }),
    row("endless-headers", "200, headers without end", |_, _| {
        Step::Wire(Wire::EndlessHeaders)
    }),
    row("endless-100", "100 Continue without end", |_, _| {
        Step::Wire(Wire::Endless100)
    }),
    row("raw", "the bytes a test has set, then close", |c, _| {
        Step::Wire(Wire::Bytes(c.state.settings().raw.clone()))
    }),
];
