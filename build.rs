//! Generates the two headers into OUT_DIR, and into include/ where MOMO_WRITE_HEADERS is set: a
//! build changes nothing in the source tree unless it is asked to.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use cbindgen::{Builder, Config};

fn main() -> Result<(), Box<dyn Error>> {
    for path in ["build.rs", "cbindgen.toml", "src"] {
        println!("cargo:rerun-if-changed={path}");
    }
    println!("cargo:rerun-if-env-changed=MOMO_WRITE_HEADERS");
    link_args();
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let version = env::var("CARGO_PKG_VERSION")?;
    let config = Config::from_file(root.join("cbindgen.toml"))?;
    for (name, config) in [
        ("momo.h", for_compilers(config.clone(), &version)),
        ("momo_ffi.h", for_ffi(config)),
    ] {
        let header = generate(&root, config, &out.join(name))?;
        if env::var_os("MOMO_WRITE_HEADERS").is_some() {
            fs::write(root.join("include").join(name), header)?;
        }
    }
    Ok(())
}

fn generate(root: &Path, config: Config, path: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    Builder::new()
        .with_crate(root)
        .with_config(config)
        .generate()?
        .write_to_file(path);
    Ok(fs::read(path)?)
}

fn for_compilers(mut config: Config, version: &str) -> Config {
    let mut numbers = version.split('.');
    let mut number = || numbers.next().unwrap_or("0").to_owned();
    let (major, minor, patch) = (number(), number(), number());
    config.after_includes = Some(format!(
        r#"
/** Version of this header. momo_version() returns the version of the loaded library. */
#define MOMO_VERSION "{version}"
/** First number of #MOMO_VERSION. */
#define MOMO_VERSION_MAJOR {major}
/** Second number of #MOMO_VERSION. */
#define MOMO_VERSION_MINOR {minor}
/** Third number of #MOMO_VERSION. */
#define MOMO_VERSION_PATCH {patch}

/**
 * @def MOMO_API
 * Marks a function of the library. On Windows that is the DLL: there is no static library.
 */
#if defined(_WIN32)
#  define MOMO_API __declspec(dllimport)
#elif defined(__GNUC__)
#  define MOMO_API __attribute__((visibility("default")))
#else
#  define MOMO_API
#endif
"#
    ));
    config
}

/// FFI::cdef, cffi and LuaJIT read declarations, not a preprocessor; people read momo.h.
fn for_ffi(mut config: Config) -> Config {
    config.header = Some(
        "/*\n * momo.h for FFI::cdef, cffi and LuaJIT: its declarations, without comments.\n \
         * SPDX-License-Identifier: MIT OR Apache-2.0\n */"
            .to_owned(),
    );
    config.documentation = false;
    config.include_guard = None;
    config.sys_includes.clear();
    config.cpp_compat = false;
    config.function.prefix = None;
    config
}

/// What programs are linked to. It is another one only where those that were built before would no
/// longer run, whatever the version is. The Makefile reads this line, too.
const SONAME: &str = "libmomo.so.0";

fn link_args() {
    let target = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if target == "linux" || target == "freebsd" {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,{SONAME}");
        // What finds the symbols of a library in a core file.
        println!("cargo:rustc-cdylib-link-arg=-Wl,--build-id=sha1");
        // Thread-local destructors of threads that have called us do not survive an unloading.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
    if target == "windows" && env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "gnu") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,--no-insert-timestamp");
    }
    if target == "macos" {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libmomo.0.dylib");
    }
}
