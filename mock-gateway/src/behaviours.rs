//! The one table of misbehaviour: name, help, and what it does.

mod path;
mod whole;

use crate::gateway_response::GatewayResponse;
use crate::raw::Wire;
use crate::record::{Request, State};
use crate::token::Members;
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
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Call<'_> {
    fn edit(&mut self, edit: fn(&mut Members)) -> Step {
        self.edits.push(edit);
        Step::Next
    }

    fn send(&mut self, wire: Wire) -> Step {
        self.wire = Some(wire);
        Step::Next
    }
}

pub(crate) enum Step {
    /// Go on with the rest of the path.
    Next,
    Response(GatewayResponse),
    /// No response that HTTP knows.
    Wire(Wire),
}

type Run = fn(&mut Call<'_>, u64) -> Step;

pub(crate) struct Row {
    /// N stands for a number.
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) run: Run,
}

const fn row(name: &'static str, help: &'static str, run: Run) -> Row {
    Row { name, help, run }
}

fn ok(response: GatewayResponse) -> Step {
    Step::Response(response)
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
