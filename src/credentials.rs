//! Credentials: where they come from, their files, and which of them are in use.

mod credential;
pub(crate) mod redact;
mod rotation;
mod secret_file;

pub(crate) use credential::{
    Credential, ValueSource, check_api_key, check_api_user, check_header_value,
    environment_variable, is_uuid,
};
pub(crate) use rotation::Rotation;
pub(crate) use secret_file::{absolute, read_password};

use crate::{Failure, sys};
use secret_file::Stamp;

/// Credentials that belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Credentials {
    pub(crate) api_user: Credential,
    pub(crate) api_key: Credential,
    /// The primary, and the secondary if there is one.
    pub(crate) subscription_keys: Vec<Credential>,
}

/// What the files were like, with the name of the credential in each.
type Stamps = Vec<(&'static str, Stamp)>;

impl Credentials {
    /// `given` is the value of an option, which takes it, and its source. Those in files are empty
    /// until they are read.
    pub(crate) fn new<'a>(
        given: impl Fn(&str) -> Option<(&'a str, ValueSource)>,
    ) -> Result<Self, Failure> {
        const REQUIRED: [&str; 3] = ["api_user", "api_key", "subscription_key"];
        let [user, key, primary] = REQUIRED.map(|name| Credential::new(name, &given));
        let secondary = Credential::new("secondary_subscription_key", &given)?;
        match [user?, key?, primary?] {
            [Some(api_user), Some(api_key), Some(primary)] => Ok(Self {
                api_user,
                api_key,
                subscription_keys: [primary].into_iter().chain(secondary).collect(),
            }),
            found => {
                let named = REQUIRED.into_iter().zip(found);
                let missing = named.filter_map(|(name, found)| found.is_none().then_some(name));
                Err(Failure::config(are_missing(&missing.collect::<Vec<_>>())))
            }
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Credential> {
        let pair = [&self.api_user, &self.api_key];
        pair.into_iter().chain(&self.subscription_keys)
    }

    /// What the files are like now. An error names the one that cannot be looked at.
    fn stamps(&self) -> Result<Stamps, String> {
        self.iter().filter_map(Credential::stamp).collect()
    }

    /// The credentials as they are at one moment. An error names the option and its file.
    pub(crate) fn read(&self, may_wait: bool) -> Result<(Self, Stamps), String> {
        const MAX_READS: u32 = 8;
        for _ in 0..MAX_READS {
            let stamps = self.stamps()?;
            let mut next = self.clone();
            let outcome = [&mut next.api_user, &mut next.api_key]
                .into_iter()
                .chain(&mut next.subscription_keys)
                .try_for_each(|credential| credential.read(may_wait));
            // If one has changed while the others were read, they may not belong together.
            if self.stamps()? == stamps {
                return outcome.map(|()| (next, stamps));
            }
        }
        Err("the files of the credentials change all the time; write them less often".to_owned())
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
