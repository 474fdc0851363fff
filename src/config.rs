//! Options: their values, as the program and the environment set them.

mod base_url;
mod cache;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod no_proxy;
mod options;
mod proxy;
mod redis_url;
mod settings;
#[cfg(test)]
mod test_refusals;
mod url;
mod values;

use std::collections::BTreeMap;

pub(crate) use base_url::BaseUrl;
pub(crate) use cache::CachePolicy;
pub(crate) use proxy::ProxyUrl;
pub(crate) use redis_url::RedisUrl;
pub(crate) use settings::{OptionRow, Settings, log_lines};
pub(crate) use url::Scheme;
pub(crate) use values::Ca;

use crate::credentials::ValueSource;
use crate::credentials::redact::shortened;
use crate::log::Logger;
use crate::{Failure, Level, Line, Secret, pasted, sys};
use options::{OPTIONS, Opt};

/// Every value is one that its option takes.
#[derive(Clone, Default)]
pub(crate) struct Config {
    /// As they were given. Those of credentials, proxy and cache are secrets.
    values: BTreeMap<&'static str, (Secret, ValueSource)>,
    pub(crate) logger: Option<Logger>,
    /// Log lines from before there was a logger.
    pending_log: Vec<Line>,
}

impl Config {
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), Failure> {
        self.set_from(ValueSource::Program, name, value)
    }

    fn set_from(&mut self, source: ValueSource, name: &str, value: &str) -> Result<(), Failure> {
        let option = option(name).ok_or_else(|| unknown(name))?;
        pasted::check_ends(value)
            .and_then(|()| (option.check)(value))
            .map_err(|why| refused(name, &why))?;
        self.values
            .insert(option.name, (Secret::new(value), source));
        Ok(())
    }

    /// Takes every `MOMO_` variable that names an option: all of them or, if one is bad, none. Warnings
    /// are kept for the logger, which may be set later.
    pub(crate) fn set_from_env(&mut self) -> Result<(), Failure> {
        if sys::is_privileged() {
            let text =
                "the environment is not read: this program runs with more rights than its caller";
            self.pending_log.push(Line::new(Level::WARNING, text));
            return Ok(());
        }
        let mut next = self.clone();
        for (variable, value) in std::env::vars_os() {
            let variable = variable.to_string_lossy();
            // The first line of a file of variables may begin with a byte order mark.
            let visible = variable.trim_start_matches(pasted::is_invisible);
            let Some(name) = visible.strip_prefix("MOMO_") else {
                continue;
            };
            let is_upper = name.to_ascii_uppercase() == name;
            let named = |option: &&Opt| is_upper && option.name.eq_ignore_ascii_case(name);
            let mistake = match OPTIONS.iter().find(named) {
                _ if visible != variable => {
                    "is not read: an invisible character is before its name"
                }
                None => "names no option and is ignored",
                Some(_) if value.is_empty() => continue,
                Some(option) => {
                    let bad = |why: &str| {
                        Failure::config(format!("environment variable {variable}: {why}"))
                    };
                    let value = value.to_str();
                    let value = value.ok_or_else(|| bad("its value is not UTF-8; set it again"))?;
                    next.set_from(ValueSource::Environment, option.name, value)
                        .map_err(|failure| bad(&failure.message))?;
                    continue;
                }
            };
            let variable = shortened(visible);
            let text = format!("the environment variable {variable} {mistake}");
            next.pending_log.push(Line::new(Level::WARNING, text));
        }
        *self = next;
        Ok(())
    }

    /// The value of an option and its source: the default, if it was not set.
    fn value(&self, name: &str) -> (&str, ValueSource) {
        match self.values.get(name) {
            Some((text, source)) => (text.expose(), source.clone()),
            None => (option(name).map_or("", |o| o.default), ValueSource::Default),
        }
    }

    /// None if the value is empty.
    fn given(&self, name: &str) -> Option<(&str, ValueSource)> {
        Some(self.value(name)).filter(|(text, _)| !text.is_empty())
    }

    fn parsed<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        parse(self.value(name).0).map_err(|why| refused(name, &why))
    }

    pub(crate) fn flush_pending_log(&mut self) {
        if let Some(logger) = &self.logger {
            logger.write(&std::mem::take(&mut self.pending_log));
        }
    }
}

fn option(name: &str) -> Option<&'static Opt> {
    OPTIONS.iter().find(|option| option.name == name)
}

fn refused(name: &str, why: &str) -> Failure {
    Failure::config(format!("option {name}: {why}"))
}

fn unknown(name: &str) -> Failure {
    let names: Vec<&str> = OPTIONS.iter().map(|o| o.name).collect();
    Failure::config(format!(
        "there is no option {:?}; the options are {}",
        shortened(name),
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests;
