//! Rights to a directory of Windows, as the system's texts tell them (Security Descriptor Definition
//! Language): `O:`, the owner, `D:`, flags, and entries like `(A;OICI;FA;;;S-1-5-21-…)`, whose last
//! part is who has the rights.

/// Of a directory to which `user` alone has rights, beside the system (SY) and its administrators
/// (BA), who can take any: all rights to a file (FA), none of the directory above (P). What is made
/// in it inherits them (OICI).
pub(super) fn private(user: &str) -> String {
    let user = account(user);
    format!("D:P(A;OICI;FA;;;{user})(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)")
}

/// What others than these may do there. None if that is nothing.
pub(super) fn of_others(directory: &str, user: &str) -> Option<String> {
    // The rights of an owner to be (CO) and of the owner as such (OW) are the user's, too.
    let is_trusted = |who: &str| who == account(user) || ["SY", "BA", "CO", "OW"].contains(&who);
    let owner = account(directory);
    if !is_trusted(owner) {
        return Some(format!("its owner is {owner}"));
    }
    let mut entries = directory.split('(').skip(1).peekable();
    if entries.peek().is_none() {
        return Some("everybody has all rights to it".to_owned());
    }
    let gives_others = |entry: &&str| {
        let parts: Vec<_> = entry.trim_end_matches(')').split(';').collect();
        match parts[..] {
            ["D" | "OD", ..] => false,
            ["A", _, _, _, _, who] => !is_trusted(who),
            // An entry with a condition, say.
            _ => true,
        }
    };
    let entry = entries.find(gives_others)?;
    Some(format!("others have the rights ({entry}"))
}

fn account(owner: &str) -> &str {
    let owner = owner.strip_prefix("O:").unwrap_or_default();
    owner.split("D:").next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
