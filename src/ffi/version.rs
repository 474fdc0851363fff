use std::ffi::c_char;

/// Returns the version of the loaded library, for example "0.1.0".
///
/// #MOMO_VERSION is the version of the header.
///
/// @return A static string. It is never NULL. Do not free it.
///
/// Any thread may call this function at any time. It does not block.
///
/// @since 0.1.0
/// @ingroup libmomo
#[unsafe(no_mangle)]
pub extern "C" fn momo_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
