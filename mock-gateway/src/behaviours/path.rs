//! Behaviours that change how the rest of the path is answered, or that answer nothing HTTP knows.

use super::{Row, Step};
use crate::gateway_response::{login_failed, unavailable};
use crate::raw::Wire;
use hyper::header::HeaderValue;
use std::time::Duration;

rows! {
    // Those that go on with the rest of the path.
    "delay-N", "wait N ms, then go on with the rest of the path" =>
        |c, n| c.delay += Duration::from_millis(n);
    "hold-N", "make the response now, send it N ms later: the token has aged" =>
        |c, n| c.hold += Duration::from_millis(n);
    "lifetime-N", "tokens that live N seconds" =>
        |c, n| c.lifetime = Some(Duration::from_secs(n));
    "connection-close", "the normal response with Connection: close" =>
        |c, _| drop(c.headers.insert("Connection", HeaderValue::from_static("close")));
    "age-N", "the response with Age: N, as from a cache on the way" =>
        |c, n| drop(c.headers.insert("Age", n.into()));
    "login-failed-once", "500 login_failed the first time, then the rest of the path" =>
        |c, _| c.state.fails_again(c.prefix, 1).then(login_failed);
    "503-times-N", "503 N times in a row, then the rest of the path" =>
        |c, n| c.state.fails_again(c.prefix, n).then(unavailable);
    "no-response-on-reuse", "close without a response at a connection's second request" =>
        |c, _| c.reused.then_some(Wire::Close);

    // The normal response, changed; credentials are still checked.
    "no-token", "200 without access_token" => |c, _| c.edits.push(|m| m.remove("access_token"));
    "empty-token", "access_token is \"\"" => |c, _| c.edits.push(|m| m.set("access_token", "\"\""));
    "token-null", "access_token is null" => |c, _| c.edits.push(|m| m.set("access_token", "null"));
    "token-number", "access_token is a number" =>
        |c, _| c.edits.push(|m| m.set("access_token", "1"));
    "token-bad-chars", "a token with a blank, CR, LF and a quote in it" => |c, _| {
        c.edits.push(|m| m.set("access_token", r#""abc def\r\nX-Injected: \"yes\"""#))
    };
    "token-max", "a token of 8,192 characters" => |c, _| c.edits.push(|m| m.stretch_token(8192));
    "token-too-long", "a token of 8,193 characters" =>
        |c, _| c.edits.push(|m| m.stretch_token(8193));
    "no-token-type", "200 without token_type" => |c, _| c.edits.push(|m| m.remove("token_type"));
    "unknown-members", "200 with members nobody knows" => |c, _| c.edits.push(|m| {
        m.put_first("api_version", r#"{"major":2,"parts":[1,null,"x"]}"#);
        m.set("scope", "null");
        m.set("consented_on", "1767225600.5");
    });
    "expires-in-string", "expires_in as a string of digits" => |c, _| c.edits.push(|m| {
        m.set("expires_in", format!("\"{}\"", m.get("expires_in").unwrap_or("3600")))
    });
    "expires-in-missing", "no expires_in" => |c, _| c.edits.push(|m| m.remove("expires_in"));
    "expires-in-zero", "expires_in is 0" => |c, _| c.edits.push(|m| m.set("expires_in", "0"));
    "expires-in-negative", "expires_in is -1" => |c, _| c.edits.push(|m| m.set("expires_in", "-1"));
    "expires-in-huge", "expires_in is larger than 64 bits hold" =>
        |c, _| c.edits.push(|m| m.set("expires_in", "99999999999999999999"));
    "expires-in-float", "expires_in is 3599.5" =>
        |c, _| c.edits.push(|m| m.set("expires_in", "3599.5"));
    "expires-in-text", "expires_in is \"soon\"" =>
        |c, _| c.edits.push(|m| m.set("expires_in", "\"soon\""));
    "oversize", "200 with a token and 70 KiB of JSON" =>
        |c, _| c.edits.push(|m| m.set("padding", format!("\"{}\"", "A".repeat(70 * 1024))));

    // The rest of the path's response, sent badly.
    "truncated", "Content-Length 64 more than there is, then close" =>
        |c, _| c.wire = Some(Wire::Truncated);
    "truncated-chunked", "chunked, closed before the last chunk" =>
        |c, _| c.wire = Some(Wire::TruncatedChunked);
    "close-after-N-bytes", "the first N bytes of the response, head and all, then close" =>
        |c, n| c.wire = Some(Wire::FirstBytes(usize::try_from(n).unwrap_or(usize::MAX)));
    "drip", "the head at once, then one byte of the body each 100 ms" =>
        |c, _| c.wire = Some(Wire::Drip);
    "interim", "103 with header fields, then the response" => |c, _| c.wire = Some(Wire::Interim);
    "chunk-extensions", "chunked, each size with an extension of 2 KiB" =>
        |c, _| c.wire = Some(Wire::ChunkExtensions);

    // No response that a client could use; nothing is checked from here on.
    "slow-headers", "one byte of the head each 100 ms, for ever" => |_, _| Wire::SlowHeaders;
    "stall", "read the request, never answer" => |_, _| Wire::Stall;
    "reset", "a TCP reset instead of a response" => |_, _| Wire::Reset;
    "close", "a clean close instead of a response" => |_, _| Wire::Close;
    "close-without-notify", "a close without TLS's close_notify" => |_, _| Wire::CloseWithoutNotify;
    "oversize-endless", "200, a body without end" => |_, _| Wire::EndlessBody;
    "endless-headers", "200, headers without end" => |_, _| Wire::EndlessHeaders;
    "endless-100", "100 Continue without end" => |_, _| Wire::Endless100;
    "raw", "the bytes a test has set, then close" =>
        |c, _| Wire::Bytes(c.state.settings().raw.clone());
}
