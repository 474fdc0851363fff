use std::ffi::c_char;

/// The version of the library that is loaded, "0.1.0". MOMO_VERSION is that of the header.
///
/// Ownership: the string is static, never freed. NULL: never returned. Threads and forks: any.
/// Blocks: never. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn momo_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
