//! Environment: sets the options that its `MOMO_` variables name.

use super::Config;
use crate::credentials::ValueSource;
use crate::credentials::redact::shortened;
use crate::{Failure, Level, Line, pasted, sys};

const PREFIX: &str = "MOMO_";

/// Takes every `MOMO_` variable that names an option: all of them or, if one is bad, none. Warnings
/// are kept for the logger, which may be set later.
pub(crate) fn set_from_env(config: &mut Config) -> Result<(), Failure> {
    if sys::is_privileged() {
        config.pending_log.push(Line::new(
            Level::WARNING,
            "the environment is not read: this program runs with more rights than its caller",
        ));
        return Ok(());
    }
    let mut next = config.clone();
    for (variable, value) in std::env::vars_os() {
        let Some(variable) = variable.to_str() else {
            continue;
        };
        // The first line of a file of variables may begin with a byte order mark.
        let visible = variable.trim_start_matches(pasted::is_invisible);
        let Some(name) = visible.strip_prefix(PREFIX) else {
            continue;
        };
        let option = name.to_ascii_lowercase();
        let is_known = super::option(&option).is_some() && option.to_ascii_uppercase() == name;
        let mistake = if visible != variable {
            Some("is not read: an invisible character is before its name")
        } else {
            (!is_known).then_some("names no option and is ignored")
        };
        if let Some(what) = mistake {
            let variable = shortened(visible);
            let text = format!("the environment variable {variable} {what}");
            next.pending_log.push(Line::new(Level::WARNING, text));
        } else if !value.is_empty() {
            let bad =
                |why: &str| Failure::config(format!("environment variable {variable}: {why}"));
            let value = value
                .to_str()
                .ok_or_else(|| bad("its value is not UTF-8; set it again"))?;
            next.set_from(ValueSource::Environment, &option, value)
                .map_err(|e| bad(&e.message))?;
        }
    }
    *config = next;
    Ok(())
}
