//! Transport errors on their way through ureq and rustls.

use std::io;

use crate::net::transport_error::{Phase, TransportError};

/// Through ureq and rustls a transport error travels inside their own errors; it is put in here and
/// found again by [`find`].
impl From<TransportError> for ureq::Error {
    fn from(error: TransportError) -> Self {
        Self::Other(Box::new(error))
    }
}

pub(super) fn find(error: &ureq::Error) -> Option<&TransportError> {
    match error {
        ureq::Error::Other(other) => other.downcast_ref::<TransportError>(),
        _ => None,
    }
}

pub(super) fn find_in_io(error: &io::Error) -> Option<&TransportError> {
    find(error.get_ref()?.downcast_ref::<ureq::Error>()?)
}

/// The same error, said to have happened in `phase`: the lower layers do not know what they are
/// used for.
pub(super) fn with_phase(error: ureq::Error, phase: Phase) -> ureq::Error {
    match find(&error) {
        Some(found) => found.clone().in_phase(phase).into(),
        None => error,
    }
}
