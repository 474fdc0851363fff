//! Word finder: tells words and numbers from what may be a key, in whatever encoding.
//!
//! Keys are random, and so is what an encoding makes of them: letters, digits and cases change
//! places every two or three characters. Words do not do that, in any language, nor do names such
//! as `ServerDoesNotSupportTls12Or13`. Hex, base32 and base64 of 32 bytes or more are told from
//! words all but always; of 8 characters that an end of a text has torn from them, nine in ten.
//! A code that is split up, by blanks after every byte, say, has no shape.

use super::view::View;

/// A run is hidden as a whole if so many of its characters are in no word and no number.
const MAX_CODE: usize = 7;

/// A key of MTN's has 32 characters.
const MAX_WORD: usize = 31;

/// A phone number has 15 digits at most, a time in milliseconds 13.
const MAX_NUMBER: usize = 15;

/// Hides every run that may be a code. A run is of base64's characters and those of percent
/// coding; without `=`, so that a name before it is shown.
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
    // Beyond both ends are digits, for simplicity.
    let near = |at: usize| piece.get(at).copied().unwrap_or(b'0');
    // Words within a name, and what digits separate.
    let (mut words, mut groups) = (0_usize, 0);
    let (mut letters, mut vowels, mut length, mut longest) = (0, 0, 0, 0);
    for (at, byte) in piece
        .iter()
        .enumerate()
        .filter(|(_, b)| b.is_ascii_alphabetic())
    {
        let (before, after) = (near(at.wrapping_sub(1)), near(at + 1));
        let begins_group = before.is_ascii_digit();
        let begins_word = byte.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || after.is_ascii_lowercase());
        groups += usize::from(begins_group);
        if begins_group || begins_word {
            words += 1;
            length = 0;
        }
        length += 1;
        longest = longest.max(length);
        letters += 1;
        vowels += usize::from(b"aeiouy".contains(&byte.to_ascii_lowercase()));
    }
    let digits = piece.len() - letters;
    if letters == 0 {
        return digits <= MAX_NUMBER;
    }
    let has = |is: fn(&u8) -> bool| piece.iter().any(is);
    let is_name = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let is_around = piece[0].is_ascii_digit() && near(piece.len() - 1).is_ascii_digit();
    let inner_digits = if groups > 1 || is_around { digits } else { 0 };
    // The weights were tried with a million random codes and ten thousand names of programs.
    longest <= MAX_WORD
        && (groups == 1 || is_name)
        && 4 * words + 3 * words.saturating_sub(vowels) + inner_digits <= letters + 5
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
