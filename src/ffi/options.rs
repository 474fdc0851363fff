//! Lists of options in the C interface.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::ptr::{NonNull, null};

use super::block;
use super::client::momo_client;
use super::error::momo_error;
use super::guard::{call_for, live};
use crate::config::OptionRow;
use crate::error::momo_status;

/// An option of a client, in a list.
///
/// You own the list. Free it with momo_free_options(). New versions may add fields at the end, so
/// do not copy the struct by value. No string in it is NULL. No string contains a secret.
///
/// @since 0.1.0
/// @ingroup momo_options
#[repr(C)]
pub struct momo_option {
    /// Name of the option, as momo_set_option() takes it.
    pub name: *const c_char,
    /// Value that is used; "" if the option is not set. Of a credential it is the length, for
    /// example "36 characters". Of a proxy and a Redis server it is the address.
    pub value: *const c_char,
    /// Source of the value: for example "the default", "set by the program", "from MOMO_TIMEOUT"
    /// or "from /run/secrets/api_key"; "not set" if there is no value.
    pub source: *const c_char,
    /// What is likely to be a mistake, and what to check; "" if nothing is.
    pub warning: *const c_char,
    /// The next option, in the order of docs/options.md; NULL after the last.
    pub next: *const momo_option,
}

impl momo_option {
    fn hand_out(rows: Vec<OptionRow>) -> Option<NonNull<momo_option>> {
        rows.into_iter().rfold(None, |next, row| {
            let texts = [row.name, &row.value, &row.source, row.warning];
            let make = |[name, value, source, warning]: [_; 4]| momo_option {
                name,
                value,
                source,
                warning,
                next: next.map_or(null(), |next| next.as_ptr()),
            };
            Some(block::hand_out(texts, make))
        })
    }
}

/// Lists all options of a client, with their values, sources and warnings.
///
/// It is for people who look for a mistake: the list may go into a ticket. The credentials are those
/// in use now. The library reads changed files before a request.
///
/// @param client        A client; not NULL.
/// @param[out] options  Where to store the first option; not NULL. Free the list with
///                      momo_free_options().
/// @param[out] error    Where to store the error, or NULL. Free it with momo_free_error().
/// @return MOMO_OK or MOMO_INVALID_ARGUMENT.
///
/// Any number of threads may make this call on one client at the same time. It does not block,
/// reads no file and makes no request.
///
/// @since 0.1.0
/// @ingroup momo_options
#[unsafe(no_mangle)]
pub extern "C" fn momo_get_options(
    client: Option<&momo_client>,
    options: Option<&mut MaybeUninit<Option<NonNull<momo_option>>>>,
    error: Option<&mut MaybeUninit<Option<NonNull<momo_error>>>>,
) -> momo_status {
    call_for(options, "options", error, || {
        let rows = live(client, "client")?.0.options();
        Ok(momo_option::hand_out(rows).expect("a client has options"))
    })
}

/// Frees a list of options and their strings.
///
/// @param options  The first option of a list from this library. NULL does nothing.
///
/// Any thread may free it, once. After a fork, each process frees its own. Freeing never blocks.
///
/// @since 0.1.0
/// @ingroup momo_options
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_free_options(mut options: Option<NonNull<momo_option>>) {
    while let Some(option) = options {
        // SAFETY: handed out above, by the contract of this interface.
        unsafe {
            options = NonNull::new(option.as_ref().next.cast_mut());
            block::free(Some(option));
        }
    }
}
