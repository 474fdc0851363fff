//! Sources of the credentials: each is the value of an option, or a file.

use std::path::Path;

use super::credential::{
    Credential, ValueSource, check_api_key, check_api_user, check_header_value,
    environment_variable,
};
use super::secret_file::{self, Stamp, absolute};
use super::{Check, CredentialSet, Credentials};
use crate::{Failure, Secret, sys};

/// What the files were like; None for a credential that comes from no file.
pub(super) type Stamps = CredentialSet<Option<Stamp>>;

#[derive(Debug)]
pub(crate) struct CredentialSources(CredentialSet<CredentialSource>);

#[derive(Debug)]
struct CredentialSource {
    /// That of a file is empty until it is read.
    credential: Credential,
    check: Check,
}

impl CredentialSources {
    /// `given` is the value of an option, which takes it, and its source.
    pub(crate) fn new<'a>(
        given: impl Fn(&str) -> Option<(&'a str, ValueSource)>,
    ) -> Result<Self, Failure> {
        let source = |name, check| CredentialSource::new(name, check, &given);
        let mut missing = Vec::new();
        let mut required = |name, check| {
            let source = source(name, check)?;
            missing.extend(source.is_none().then_some(name));
            Ok(source)
        };
        let user = required("api_user", check_api_user)?;
        let key = required("api_key", check_api_key)?;
        let primary = required("subscription_key", check_header_value)?;
        let secondary = source("secondary_subscription_key", check_header_value)?;
        match (user, key, primary) {
            (Some(api_user), Some(api_key), Some(primary)) => Ok(Self(CredentialSet {
                api_user,
                api_key,
                subscription_keys: [primary].into_iter().chain(secondary).collect(),
            })),
            _ => Err(Failure::config(are_missing(&missing))),
        }
    }

    /// Without files the credentials never change.
    pub(super) fn have_files(&self) -> bool {
        self.0.iter().any(|source| source.file().is_some())
    }

    /// What the files are like now. An error names the one that cannot be looked at.
    pub(super) fn stamps(&self) -> Result<Stamps, String> {
        self.0.try_map(CredentialSource::stamp)
    }

    /// Reads the credentials as they are at one moment. An error names the option and its file.
    pub(crate) fn read(&self, may_wait: bool) -> Result<(Credentials, Stamps), String> {
        const MAX_READS: u32 = 8;
        for _ in 0..MAX_READS {
            let stamps = self.stamps()?;
            let credentials = self.0.try_map(|source| source.read(may_wait));
            // If one has changed while the others were read, they may not belong together.
            if self.stamps()? == stamps {
                return Ok((credentials?, stamps));
            }
        }
        Err("the files of the credentials change all the time; write them less often".to_owned())
    }
}

impl CredentialSource {
    fn new<'a>(
        name: &'static str,
        check: Check,
        given: impl Fn(&str) -> Option<(&'a str, ValueSource)>,
    ) -> Result<Option<Self>, Failure> {
        let option = format!("{name}_file");
        let (value, source) = match (given(name), given(&option)) {
            (Some(_), Some(_)) => {
                let why = format!("both {name} and {option} are set; set one of them");
                return Err(Failure::config(why));
            }
            (Some(given), None) => given,
            (None, Some((path, _))) => ("", ValueSource::File(absolute(path))),
            (None, None) => return Ok(None),
        };
        let credential = Credential {
            name,
            secret: Secret::new(value),
            source,
        };
        Ok(Some(Self { credential, check }))
    }

    fn file(&self) -> Option<&Path> {
        match &self.credential.source {
            ValueSource::File(path) => Some(path),
            _ => None,
        }
    }

    fn stamp(&self) -> Result<Option<Stamp>, String> {
        let stamp = self.file().map(Stamp::of).transpose();
        stamp.map_err(|why| self.of_file(&why))
    }

    fn read(&self, may_wait: bool) -> Result<Credential, String> {
        let mut credential = self.credential.clone();
        if let Some(path) = self.file() {
            let secret = secret_file::read(path, may_wait, self.check);
            credential.secret = secret.map_err(|why| self.of_file(&why))?;
        }
        Ok(credential)
    }

    fn of_file(&self, why: &str) -> String {
        format!("option {}_file: {why}", self.credential.name)
    }
}

fn are_missing(names: &[&str]) -> String {
    let (options, are, them) = match names {
        [_] => ("option", "is", "it"),
        _ => ("options", "are", "them"),
    };
    let set = format!("{options} {} {are} missing; set {them}", names.join(", "));
    if sys::is_privileged() {
        return format!(
            "{set} in the program or by file: this program runs with more rights than its caller, \
             and does not read the environment"
        );
    }
    let variables = names.iter().map(|name| environment_variable(name));
    let variables = variables.collect::<Vec<_>>().join(", ");
    format!("{set}, or {variables} in the environment")
}
