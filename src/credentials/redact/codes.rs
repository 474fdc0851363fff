//! Codes: hides what may be a key or a token that nobody configured, in whatever encoding.
//!
//! Keys are random, and so is what an encoding makes of them: letters give way to digits, and small
//! ones to capitals, every two or three characters, and vowels are few. Words of no language do so,
//! nor do names such as `ServerDoesNotSupportTls12Or13`.
//!
//! Of codes of 32 characters or more, less than one in a hundred passes for words; of 44 (32 random
//! bytes in base64) one in five thousand. Of pieces of 16 characters that are torn from base64 one
//! in twenty does, of 8 one in three. A code in shorter pieces, of one byte say, has no shape.

use super::view::{View, places};

/// A run is hidden as a whole if so many of its characters are in no word and no number.
const MAX_CODE: usize = 7;

/// A key of MTN's has 32 characters.
const MAX_WORD: usize = 31;

/// A phone number has 15 digits at most, a time in milliseconds 13.
const MAX_NUMBER: usize = 15;

/// Hides every run that may be a code. A run has the characters of base64 and percent coding, but
/// `=`, so that the name before a value is shown.
pub(super) fn hide_codes(view: &View, hidden: &mut [bool]) {
    let is_of_run = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/_-%".contains(byte);
    let mut at = 0;
    for run in view.bytes.split(|byte| !is_of_run(byte)) {
        let pieces = run.split(|byte| !byte.is_ascii_alphanumeric());
        let code: usize = pieces.filter(|p| !is_word(p)).map(<[u8]>::len).sum();
        if code > MAX_CODE {
            view.hide(at, run.len(), hidden);
        }
        at += run.len() + 1;
    }
}

/// Whether letters and digits are a word, a name of several words, or a number.
fn is_word(piece: &[u8]) -> bool {
    let near = |at: usize| piece.get(at).copied().unwrap_or_default();
    let begins_word = |at: &usize| {
        let (before, byte, after) = (near(at.wrapping_sub(1)), piece[*at], near(at + 1));
        let is_capital = byte.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || after.is_ascii_lowercase());
        byte.is_ascii_alphabetic() && (is_capital || !before.is_ascii_alphabetic())
    };
    let words = (0..piece.len()).filter(begins_word).count();
    let count = |is: fn(&u8) -> bool| piece.iter().filter(|b| is(b)).count();
    let letters = count(u8::is_ascii_alphabetic);
    if letters == 0 {
        return piece.len() <= MAX_NUMBER;
    }
    let lacking_vowels = words.saturating_sub(count(|b| b"aeiouyAEIOUY".contains(b)));
    let is_change = |pair: &&[u8]| pair[0].is_ascii_digit() != pair[1].is_ascii_digit();
    let changes = piece.windows(2).filter(is_change).count();
    let is_name = count(u8::is_ascii_uppercase) > 0 && count(u8::is_ascii_lowercase) > 0;
    // The weights were found by trials with random codes, and with the names that programs use.
    letters <= MAX_WORD * words
        && (changes < 2 || is_name)
        && 4 * words + 3 * (lacking_vowels + changes) <= letters + 8
}

/// Hides every value of the name `access_token`, and every JWT, whole or torn.
pub(super) fn hide_tokens(view: &View, hidden: &mut [bool]) {
    const NAME: &[u8] = b"access_token";
    // What stands between name and value, in JSON, in HTML, in a query.
    const SEPARATORS: &[u8] = b" \"'\\:=";
    let values = places(&view.bytes, NAME).filter_map(|at| {
        let after = &view.bytes[at + NAME.len()..];
        let separators = after.split(|b| !SEPARATORS.contains(b)).next()?;
        // "token_type":"access_token" is followed by the next member's name, not by a value.
        let is_value = separators.iter().any(|b| b":=".contains(b));
        is_value.then_some(at + NAME.len() + separators.len())
    });
    // Every JWT begins with the base64 of `{"`, in any of its three spellings.
    let jwts = places(&view.bytes, b"eyj");
    let mut begins = vec![false; view.bytes.len() + 1];
    values.chain(jwts).for_each(|at| begins[at] = true);
    // RFC 6750's token68 alphabet, with `%` for an escape that is cut off.
    let may_be_of_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=%".contains(byte);
    let mut is_token = false;
    for (at, byte) in view.bytes.iter().enumerate() {
        is_token = may_be_of_token(byte) && (is_token || begins[at]);
        if is_token {
            view.hide(at, 1, hidden);
        }
    }
}

#[cfg(test)]
mod tests;
