//! Block: a struct of the interface and the text of its strings, in one allocation.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ffi::c_char;
use std::mem::offset_of;
use std::ptr::NonNull;

use zeroize::zeroize_bytes;

/// The text follows.
#[repr(C)]
struct Block<T> {
    text_bytes: usize,
    public: T,
}

fn layout<T>(text_bytes: usize) -> Layout {
    let text = Layout::array::<u8>(text_bytes);
    let block = text.and_then(|text| Layout::new::<Block<T>>().extend(text));
    block.expect("a text of a few KiB").0
}

/// `make` has the pointers to the texts. A string ends at the first NUL in its text.
pub(super) fn hand_out<T, const N: usize>(
    texts: [impl AsRef<[u8]>; N],
    make: impl FnOnce([*const c_char; N]) -> T,
) -> NonNull<T> {
    let text_bytes = texts.iter().map(|text| text.as_ref().len() + 1).sum();
    let layout = layout::<T>(text_bytes);
    // SAFETY: the layout, never empty, has room for a Block and for each text with its NUL.
    unsafe {
        let block = alloc(layout).cast::<Block<T>>();
        if block.is_null() {
            handle_alloc_error(layout);
        }
        let mut end = block.add(1).cast::<u8>();
        let texts = texts.map(|text| {
            let (text, start) = (text.as_ref(), end);
            start.copy_from_nonoverlapping(text.as_ptr(), text.len());
            start.add(text.len()).write(0);
            end = start.add(text.len() + 1);
            start.cast_const().cast()
        });
        let public = make(texts);
        block.write(Block { text_bytes, public });
        NonNull::new_unchecked(&raw mut (*block).public)
    }
}

/// Wipes the text, too.
///
/// # Safety
/// `public` is none or comes from [`hand_out`], and nothing uses it any more.
pub(super) unsafe fn free<T>(public: Option<NonNull<T>>) {
    let Some(public) = public else {
        return;
    };
    // SAFETY: by this function's own contract it lies in a Block with as much text as that says.
    unsafe {
        let block = public.byte_sub(offset_of!(Block<T>, public));
        let block = block.cast::<Block<T>>().as_ptr();
        let text_bytes = (*block).text_bytes;
        zeroize_bytes(std::slice::from_raw_parts_mut(
            block.add(1).cast(),
            text_bytes,
        ));
        dealloc(block.cast(), layout::<T>(text_bytes));
    }
}

#[cfg(test)]
mod tests;
