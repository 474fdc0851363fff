//! Credentials: where they come from, their files, and which of them are in use.

mod credential;
pub(crate) mod redact;
mod rotation;
mod secret_file;
mod sources;

pub(crate) use credential::{
    Credential, ValueSource, check_api_key, check_api_user, check_header_value,
    environment_variable, is_uuid,
};
pub(crate) use rotation::{Rotation, Unsettled};
pub(crate) use secret_file::{absolute, read_password};
pub(crate) use sources::CredentialSources;

/// Whether a text may be a credential. An error says why not.
type Check = fn(&str) -> Result<(), String>;

/// Something for each credential.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct CredentialSet<T> {
    pub(crate) api_user: T,
    pub(crate) api_key: T,
    /// The primary, and the secondary if there is one.
    pub(crate) subscription_keys: Vec<T>,
}

/// Credentials that belong together.
pub(crate) type Credentials = CredentialSet<Credential>;

impl<T> CredentialSet<T> {
    fn try_map<U, E>(&self, f: impl Fn(&T) -> Result<U, E>) -> Result<CredentialSet<U>, E> {
        let subscription_keys = self.subscription_keys.iter().map(&f);
        Ok(CredentialSet {
            api_user: f(&self.api_user)?,
            api_key: f(&self.api_key)?,
            subscription_keys: subscription_keys.collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        let pair = [&self.api_user, &self.api_key];
        pair.into_iter().chain(&self.subscription_keys)
    }
}

#[cfg(test)]
mod tests;
