//! Where the credentials come from: each one from the value of an option, or from a file.

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};

use super::secret_file::{self, Stamp};
use super::{Config, Credential, credential};
use crate::error::Failure;
use crate::secret::Secret;

type Parse = fn(&str) -> Result<Secret, String>;

/// Something for each credential.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct CredentialSet<T> {
    pub(crate) api_user: T,
    pub(crate) api_key: T,
    /// The primary, then the secondary where there is one.
    pub(crate) subscription_keys: Vec<T>,
}

/// Credentials that belong together.
pub(crate) type Credentials = CredentialSet<Credential>;

/// What the files were like; None for a credential that comes from no file.
pub(crate) type Stamps = CredentialSet<Option<Stamp>>;

#[derive(Debug)]
pub(crate) struct CredentialSources(CredentialSet<Source>);

#[derive(Debug)]
enum Source {
    Value(Credential),
    File {
        /// The option that names the file.
        option: &'static str,
        path: PathBuf,
        parse: Parse,
    },
}

/// What was found at a source.
struct Reading {
    credential: Result<Credential, String>,
    stamp: Option<Stamp>,
}

impl<T> CredentialSet<T> {
    fn map<U>(&self, f: impl Fn(&T) -> U) -> CredentialSet<U> {
        let mapped = self.try_map(|each| Ok::<U, Infallible>(f(each)));
        match mapped {
            Ok(mapped) => mapped,
        }
    }

    fn try_map<U, E>(&self, f: impl Fn(&T) -> Result<U, E>) -> Result<CredentialSet<U>, E> {
        Ok(CredentialSet {
            api_user: f(&self.api_user)?,
            api_key: f(&self.api_key)?,
            subscription_keys: self
                .subscription_keys
                .iter()
                .map(f)
                .collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        [&self.api_user, &self.api_key]
            .into_iter()
            .chain(&self.subscription_keys)
    }
}

impl CredentialSources {
    pub(super) fn of(config: &Config) -> Result<Self, Failure> {
        let required = |name: &str, source: Option<Source>| {
            source.ok_or_else(|| {
                Failure::config(format!(
                    "option {name} is missing; set it, or MOMO_{} and momo_set_options_from_env",
                    name.to_uppercase()
                ))
            })
        };
        let api_user = Source::of(
            "api_user_file",
            config.api_user.as_ref(),
            config.api_user_file.as_deref(),
            credential::user,
        )?;
        let api_key = Source::of(
            "api_key_file",
            config.api_key.as_ref(),
            config.api_key_file.as_deref(),
            credential::key,
        )?;
        let primary = Source::of(
            "subscription_key_file",
            config.subscription_key.as_ref(),
            config.subscription_key_file.as_deref(),
            credential::header,
        )?;
        let secondary = Source::of(
            "secondary_subscription_key_file",
            config.secondary_subscription_key.as_ref(),
            config.secondary_subscription_key_file.as_deref(),
            credential::header,
        )?;
        let api_user = required("api_user", api_user)?;
        let api_key = required("api_key", api_key)?;
        let primary = required("subscription_key", primary)?;
        Ok(Self(CredentialSet {
            api_user,
            api_key,
            subscription_keys: [primary].into_iter().chain(secondary).collect(),
        }))
    }

    pub(crate) fn has_files(&self) -> bool {
        self.0.iter().any(|s| matches!(s, Source::File { .. }))
    }

    /// What the files are like now. An error names the one that cannot be looked at.
    pub(crate) fn stamps(&self) -> Result<Stamps, String> {
        self.0.try_map(Source::stamp)
    }

    /// Reads the credentials as they are at one moment. An error names the option and its file.
    /// `may_wait` says whether it may wait for whoever writes a pipe.
    pub(crate) fn read(&self, may_wait: bool) -> Result<(Credentials, Stamps), String> {
        const TRIES: u32 = 8;
        for _ in 0..TRIES {
            let readings = self.0.try_map(|source| source.read(may_wait))?;
            let stamps = readings.map(|r| r.stamp);
            // Where one has changed while the others were read, they may not belong together.
            if self.stamps()? == stamps {
                let credentials = readings.try_map(|r| r.credential.clone())?;
                return Ok((credentials, stamps));
            }
        }
        Err("the files of the credentials change all the time; write them less often".to_owned())
    }
}

impl Source {
    fn of(
        option: &'static str,
        value: Option<&Credential>,
        file: Option<&Path>,
        parse: Parse,
    ) -> Result<Option<Self>, Failure> {
        match (value, file) {
            (Some(_), Some(_)) => {
                let name = option.trim_end_matches("_file");
                Err(Failure::config(format!(
                    "both {name} and {option} are set; set one of them"
                )))
            }
            (Some(value), None) => Ok(Some(Self::Value(value.clone()))),
            (None, Some(file)) => Ok(Some(Self::File {
                option,
                // The program may change its directory later.
                path: std::path::absolute(file).unwrap_or_else(|_| file.to_owned()),
                parse,
            })),
            (None, None) => Ok(None),
        }
    }

    fn stamp(&self) -> Result<Option<Stamp>, String> {
        match self {
            Self::Value(_) => Ok(None),
            Self::File { option, path, .. } => Stamp::of(path)
                .map(Some)
                .map_err(|e| unreadable(option, path, &e)),
        }
    }

    fn read(&self, may_wait: bool) -> Result<Reading, String> {
        match self {
            Self::Value(credential) => Ok(Reading {
                credential: Ok(credential.clone()),
                stamp: None,
            }),
            Self::File {
                option,
                path,
                parse,
            } => {
                let (text, stamp) =
                    secret_file::read(path, may_wait).map_err(|e| unreadable(option, path, &e))?;
                let credential = secret_file::parse(&text, *parse)
                    .map(|secret| Credential::from_file(secret, path))
                    .map_err(|why| format!("option {option}: {}: {why}", path.display()));
                Ok(Reading {
                    credential,
                    stamp: Some(stamp),
                })
            }
        }
    }
}

fn unreadable(option: &str, path: &Path, error: &io::Error) -> String {
    let path = path.display();
    format!("option {option}: {path} cannot be read ({error}); check path and mode")
}
