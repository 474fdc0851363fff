use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ffi::c_char;
use std::mem::offset_of;
use std::time::Duration;

use zeroize::zeroize_bytes;

use crate::client::TokenForCaller;

/// A token: your own copy.
///
/// You own it. Free it with momo_free_token(), which also wipes it. New versions may add fields at
/// the end, so do not copy the struct by value. No string in it is NULL.
///
/// @since 0.1.0
/// @ingroup momo_token
#[allow(non_camel_case_types)]
#[repr(C)]
pub struct momo_token {
    /// The token, exactly as the gateway sent it.
    pub access_token: *const c_char,
    /// The type that the gateway sent, "" if it sent none. MTN's gateway sends "access_token", not
    /// "Bearer".
    pub token_type: *const c_char,
    /// Value of the Authorization header to send: "Bearer " and the token.
    pub authorization: *const c_char,
    /// Seconds left when the call returned, at least 1; 0 if the gateway sent no usable lifetime.
    pub expires_in: i64,
    /// Unix time in seconds when the token expires; 0 if that is not known.
    pub expires_at: i64,
    /// Lifetime in seconds that the gateway sent with the token, at most 86400; 0 if it sent none.
    pub lifetime: i64,
    /// Why the last refresh failed: a momo_status; MOMO_OK (0) if it did not.
    pub refresh_status: i32,
    /// Seconds until a refresh is due, rounded up; 0 if it is due now. -1 if there will be none,
    /// because the option `cache` is `none` or the lifetime is not known. You need not act on it:
    /// momo_get_token() refreshes the token.
    pub refresh_in: i64,
}

/// One allocation: how much text there is, the token, the text that it points to.
#[repr(C)]
struct Block {
    text: usize,
    token: momo_token,
}

fn layout(text: usize) -> Layout {
    let (block, _) = Layout::new::<Block>()
        .extend(Layout::array::<u8>(text).expect("a text of a few KiB"))
        .expect("a text of a few KiB");
    block
}

fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

impl momo_token {
    pub(super) fn allocate(from: &TokenForCaller) -> *mut momo_token {
        let token = &*from.token;
        let (text, (access_at, type_at)) = (token.text(), token.offsets());
        let layout = layout(text.len());
        let rounded_up = |time: Duration| seconds(time) + i64::from(time.subsec_nanos() > 0);
        // SAFETY: the layout is that of a Block followed by `text`, never empty; every part that is
        // written lies within it, and the pointers kept in it point into it.
        unsafe {
            let block = alloc(layout).cast::<Block>();
            if block.is_null() {
                handle_alloc_error(layout);
            }
            let copy = block.add(1).cast::<u8>();
            std::ptr::copy_nonoverlapping(text.as_ptr(), copy, text.len());
            block.write(Block {
                text: text.len(),
                token: momo_token {
                    access_token: copy.add(access_at).cast(),
                    token_type: copy.add(type_at).cast(),
                    authorization: copy.cast(),
                    // 0 is for what is not known: less than a second left is one.
                    expires_in: from.expires_in.map_or(0, |left| seconds(left).max(1)),
                    expires_at: token.life.map_or(0, |life| seconds(life.end.wall)),
                    lifetime: token.life.map_or(0, |life| seconds(life.lifetime)),
                    refresh_status: from.refresh_status as i32,
                    refresh_in: from.refresh_in.map_or(-1, rounded_up),
                },
            });
            &raw mut (*block).token
        }
    }
}

/// Wipes and frees a token and its strings.
///
/// @param token  A token from this library, or NULL: then the call does nothing.
///
/// Any thread may free the token, once. After a fork, each process frees its own copy. The call
/// does not block.
///
/// @since 0.1.0
/// @ingroup momo_token
#[unsafe(no_mangle)]
pub unsafe extern "C" fn momo_free_token(token: *mut momo_token) {
    if token.is_null() {
        return;
    }
    // SAFETY: handed out by `allocate`, so it lies in a Block of the layout that its length says.
    unsafe {
        let block = token.byte_sub(offset_of!(Block, token)).cast::<Block>();
        let text = (*block).text;
        let copy = block.add(1).cast::<u8>();
        zeroize_bytes(std::slice::from_raw_parts_mut(copy, text));
        dealloc(block.cast(), layout(text));
    }
}

#[cfg(test)]
mod tests;
