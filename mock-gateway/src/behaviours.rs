//! The one table of misbehaviour: name, help, and what it does.

/// One part of the table, a row each: name (N stands for a number), help, and what the row makes
/// of a call and of its number: a response, something for the wire, or () to go on.
macro_rules! rows {
    ($($name:literal, $help:literal => |$call:pat_param, $number:pat_param| $run:expr;)*) => {
        pub(super) static ROWS: &[Row] = &[$(Row {
            name: $name,
            help: $help,
            run: |$call, $number| Step::from($run),
        }),*];
    };
}

mod path;
mod whole;

use crate::gateway_response::GatewayResponse;
use crate::raw::Wire;
use crate::record::{Request, State};
use crate::token::Members;
use hyper::HeaderMap;
use std::time::Duration;

/// What the prefixes of one request's path ask for.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a State,
    pub(crate) request: &'a Request,
    /// Whether an earlier request on this connection was seen.
    pub(crate) reused: bool,
    /// The path up to here: what counters are kept by.
    pub(crate) prefix: &'a str,
    pub(crate) delay: Duration,
    pub(crate) hold: Duration,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) edits: Vec<fn(&mut Members)>,
    pub(crate) wire: Option<Wire>,
    /// What the response has beside its own header fields.
    pub(crate) headers: HeaderMap,
}

pub(crate) enum Step {
    /// Go on with the rest of the path.
    Next,
    Response(GatewayResponse),
    /// No response that HTTP knows.
    Wire(Wire),
}

impl From<()> for Step {
    fn from((): ()) -> Self {
        Self::Next
    }
}

impl From<GatewayResponse> for Step {
    fn from(response: GatewayResponse) -> Self {
        Self::Response(response)
    }
}

impl From<Wire> for Step {
    fn from(wire: Wire) -> Self {
        Self::Wire(wire)
    }
}

impl<T: Into<Step>> From<Option<T>> for Step {
    fn from(step: Option<T>) -> Self {
        step.map_or(Self::Next, T::into)
    }
}

pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) run: fn(&mut Call<'_>, u64) -> Step,
}

/// Two files, one table: what dispatches is what the help lists.
fn table() -> impl Iterator<Item = &'static Row> {
    path::ROWS.iter().chain(whole::ROWS)
}

/// The row that a path segment names, and the number in it.
pub(crate) fn find(segment: &str) -> Option<(&'static Row, u64)> {
    table().find_map(|row| match row.name.split_once('N') {
        None => (row.name == segment).then_some((row, 0)),
        Some((before, after)) => {
            let digits = segment.strip_prefix(before)?.strip_suffix(after)?;
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            Some((row, digits.parse().ok().filter(|_| plain)?))
        }
    })
}

/// The table for people: name and help, one line each.
pub fn behaviours() -> impl Iterator<Item = (&'static str, &'static str)> {
    table().map(|row| (row.name, row.help))
}
