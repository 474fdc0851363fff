//! Token finder: hides access tokens by the name before them, and JWTs by their first letters.

use super::view::{View, places};

// How many bytes the walks over runs have looked at, for the tests that they are linear.
#[cfg(any(test, feature = "fuzzing"))]
thread_local!(pub(crate) static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) });

/// What stands between the name `access_token` and its value, in JSON, in HTML, in a query.
const SEPARATORS: &[u8] = b" \"'\\:=";

/// RFC 6750's token68 alphabet, with `%` for an escape that is cut off.
pub(super) fn is_token_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/=%".contains(byte)
}

/// Hides every value of the name `access_token`, and every JWT, whole or torn.
pub(super) fn hide_tokens(view: &View, hidden: &mut [bool]) {
    const NAME: &[u8] = b"access_token";
    let values = places(&view.bytes, NAME).filter_map(|at| {
        let after = &view.bytes[at + NAME.len()..];
        let separators = after.split(|b| !SEPARATORS.contains(b)).next()?;
        // "token_type":"access_token" is followed by the next member's name, not by a value.
        let is_value = separators.iter().any(|b| b":=".contains(b));
        is_value.then_some(at + NAME.len() + separators.len())
    });
    hide_runs(view, values, hidden);
    // Every JWT begins with the base64 of `{"`, in any of its three spellings.
    hide_runs(view, places(&view.bytes, b"eyj"), hidden);
}

/// Hides what can be a token from these places on.
fn hide_runs(view: &View, starts: impl Iterator<Item = usize>, hidden: &mut [bool]) {
    let mut end = 0;
    for start in starts {
        if start >= end {
            let run = view.bytes[start..].iter();
            let length = run.take_while(|b| is_token_byte(b)).count();
            #[cfg(any(test, feature = "fuzzing"))]
            STEPS.set(STEPS.get() + length);
            view.hide(start, length, hidden);
            end = start + length;
        }
    }
}
