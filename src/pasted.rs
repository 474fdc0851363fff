//! Pasted text: what copying puts around a value or into it, and nobody sees. A refusal never repeats
//! the value: it may be a key.

const QUOTES: &str = "\"'`´‘’‚‛“”„‟«»‹›＂＇";

/// Refuses quotation marks around a value or at one end of it, and invisible characters in it.
pub(crate) fn check(value: &str) -> Result<(), String> {
    check_ends(value)?;
    let is_quote = |c| QUOTES.contains(c);
    if value.starts_with(is_quote) || value.ends_with(is_quote) {
        Err("a quotation mark is at one end of it; copy the value again, whole and without marks")?;
    }
    refuse_invisible(value.chars())
}

/// The same for text that may have such a character within it, such as a path.
pub(crate) fn check_ends(value: &str) -> Result<(), String> {
    let mut characters = value.chars();
    let ends = [characters.next(), characters.next_back()];
    let is_quote = |end: &Option<char>| end.is_some_and(|c| QUOTES.contains(c));
    if ends.iter().all(is_quote) {
        Err("quotation marks are around it (docker's --env-file keeps them); remove them")?;
    }
    refuse_invisible(ends.into_iter().flatten())
}

fn refuse_invisible(mut characters: impl Iterator<Item = char>) -> Result<(), String> {
    let Some(character) = characters.find(|c| is_invisible(*c)) else {
        return Ok(());
    };
    let what = match character {
        '\u{feff}' => ", a byte order mark",
        '\u{200b}' => ", a zero-width space",
        '\u{ad}' => ", a soft hyphen",
        '\u{a0}' => ", a no-break space, which is white space",
        _ if character.is_whitespace() => ", white space",
        _ => "",
    };
    Err(format!(
        "an invisible character is in it (U+{:04X}{what}); remove it, or type it anew",
        u32::from(character)
    ))
}

/// White space beyond ASCII's, and what Unicode calls default-ignorable. Controls have a message of their own.
pub(crate) fn is_invisible(c: char) -> bool {
    !c.is_ascii() && !c.is_control() && c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A file's text as editors write it: without the byte order mark before it. UTF-16 is named.
pub(crate) fn file_text(bytes: &[u8]) -> Result<&[u8], String> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        Err("it is UTF-16; save it as UTF-8")?;
    }
    Ok(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

/// The same of a file of certificates, which have another form too.
pub(crate) fn pem_text(bytes: &[u8]) -> Result<&[u8], String> {
    let text = file_text(bytes)?;
    if text.contains(&0) {
        Err("it is UTF-16 or no text; save it as UTF-8, and a certificate in PEM form")?;
    }
    Ok(text)
}
