//! Pasted text: what copying puts around a value or into it, and nobody sees.

/// Refuses quotation marks around a value, and an invisible character anywhere in it. The value is
/// never repeated: it may be a key.
pub(crate) fn check(value: &str) -> Result<(), String> {
    check_ends(value)?;
    value
        .chars()
        .find(|c| is_invisible(*c))
        .map_or(Ok(()), |c| Err(named(c)))
}

/// The same for text that may have such a character within it, such as a path.
pub(crate) fn check_ends(value: &str) -> Result<(), String> {
    const QUOTES: &str = "\"'`´‘’‚‛“”„‟«»‹›＂＇";
    let mut characters = value.chars();
    let (Some(first), Some(last)) = (characters.next(), characters.next_back()) else {
        return Ok(());
    };
    if QUOTES.contains(first) && QUOTES.contains(last) {
        return Err(
            "quotation marks are around it, and would be a part of it; remove them (the files of \
             docker's --env-file have none)"
                .to_owned(),
        );
    }
    let invisible = [first, last].into_iter().find(|c| is_invisible(*c));
    invisible.map_or(Ok(()), |c| Err(named(c)))
}

fn named(character: char) -> String {
    let what = match character {
        '\u{feff}' => ", a byte order mark",
        '\u{200b}' => ", a zero-width space",
        '\u{ad}' => ", a soft hyphen",
        '\u{a0}' => ", a no-break space, which is white space",
        _ if character.is_whitespace() => ", white space",
        _ => "",
    };
    let code = u32::from(character);
    format!("an invisible character is in it (U+{code:04X}{what}); remove it, or type it anew")
}

/// White space beyond ASCII's, and what Unicode calls default-ignorable. Controls are told of by
/// themselves.
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
        return Err("it is UTF-16; save it as UTF-8".to_owned());
    }
    Ok(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}
