//! A project outside of this tree that uses the library as it is installed: by pkg-config, by CMake
//! and by bare compiler flags, shared and static.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "common/artifacts.rs"]
mod artifacts;
#[path = "common/child.rs"]
mod child;

use std::path::{Path, PathBuf};
use std::process::Command;

use artifacts::{ROOT, library_dir, output, succeed};
use child::Scratch;
use momo_mock_gateway::Gateway;

/// The project of a user: its sources, and where libmomo is installed.
struct Project {
    folder: Scratch,
    gateway: Gateway,
}

impl Project {
    /// Headers and libraries lie in directories of their own choice.
    fn new() -> Self {
        // Built before, so that make has nothing to build.
        assert!(library_dir().is_dir());
        let folder = Scratch::new();
        let mut make = Command::new("make");
        make.current_dir(ROOT).arg("install");
        make.arg(format!("PREFIX={}", folder.path("usr").display()));
        make.arg(format!(
            "LIBDIR={}",
            folder.path("usr/lib/some-where").display()
        ));
        make.arg(format!(
            "INCLUDEDIR={}",
            folder.path("usr/headers").display()
        ));
        succeed(&mut make);
        for source in ["minimal.c", "threads.c"] {
            std::fs::copy(format!("{ROOT}/examples-c/{source}"), folder.path(source)).unwrap();
        }
        Self {
            folder,
            gateway: Gateway::start().unwrap(),
        }
    }

    fn lib(&self) -> PathBuf {
        self.folder.path("usr/lib/some-where")
    }

    /// Runs a script in the folder of the project.
    fn sh(&self, script: &str) -> String {
        let mut sh = Command::new("sh");
        sh.args(["-euc", script]).current_dir(self.folder.path(""));
        sh.env("PKG_CONFIG_PATH", self.lib().join("pkgconfig"));
        sh.env("LIB", self.lib())
            .env("HEADERS", self.folder.path("usr/headers"));
        succeed(&mut sh)
    }

    /// The program gets a token; whether it needs the shared library for that.
    fn needs_shared_library(&self, program: &Path) -> bool {
        let credentials = self.gateway.credentials();
        let mut run = Command::new(program);
        run.env("LD_LIBRARY_PATH", self.lib())
            .env("MOMO_BASE_URL", self.gateway.base_url())
            .env("MOMO_CA", self.gateway.ca_path())
            .env("MOMO_API_USER", credentials.api_user)
            .env("MOMO_API_KEY", credentials.api_key)
            .env("MOMO_SUBSCRIPTION_KEY", &credentials.subscription_keys[0])
            .env("MOMO_PROXY", "none");
        let printed = succeed(&mut run);
        let token = self.gateway.issued().pop().unwrap().token;
        assert_eq!(printed, format!("Authorization: Bearer {token}\n"));
        let dynamic = succeed(Command::new("readelf").arg("-d").arg(program));
        dynamic.contains("[libmomo.so.0]")
    }
}

#[test]
fn a_project_outside_the_tree_builds_by_pkg_config_by_cmake_and_by_bare_flags() {
    let project = Project::new();
    let flags = "-std=c99 -Wall -Wextra -Werror minimal.c -o";
    let static_libs = project.sh("pkg-config --static --libs momo");
    let static_libs = static_libs.trim().replace("-lmomo", "-l:libmomo.a");
    let without_momo = static_libs.replace("-l:libmomo.a", "");
    for (name, script, shared) in [
        (
            "pc",
            format!("cc {flags} pc $(pkg-config --cflags --libs momo)"),
            true,
        ),
        (
            "pc-static",
            format!("cc {flags} pc-static $(pkg-config --cflags momo) {static_libs}"),
            false,
        ),
        (
            "bare",
            format!("cc {flags} bare -I$HEADERS -L$LIB -lmomo"),
            true,
        ),
        (
            "bare-static",
            format!("cc {flags} bare-static -I$HEADERS $LIB/libmomo.a {without_momo}"),
            false,
        ),
    ] {
        project.sh(&script);
        let program = project.folder.path(name);
        assert_eq!(project.needs_shared_library(&program), shared, "{name}");
    }
    project.folder.write(
        "CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.16)\n\
         project(shop C)\n\
         find_package(momo 0.1 REQUIRED)\n\
         find_package(momo REQUIRED)\n\
         add_executable(dynamic minimal.c)\n\
         target_link_libraries(dynamic momo::momo)\n\
         add_executable(static minimal.c)\n\
         target_link_libraries(static momo::momo_static)\n",
    );
    project.sh("cmake -S . -B cmake-build -Dmomo_DIR=$LIB/cmake/momo && cmake --build cmake-build");
    for (name, shared) in [("dynamic", true), ("static", false)] {
        let program = project.folder.path("cmake-build").join(name);
        assert_eq!(
            project.needs_shared_library(&program),
            shared,
            "cmake {name}"
        );
    }
}

#[test]
fn cmake_refuses_a_version_that_is_not_there_yet() {
    let project = Project::new();
    project.folder.write(
        "CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.16)\nproject(shop C)\nfind_package(momo 99.0 REQUIRED)\n",
    );
    let mut cmake = Command::new("cmake");
    cmake
        .args(["-S", ".", "-B", "cmake-build"])
        .current_dir(project.folder.path(""));
    let done = output(cmake.arg(format!("-Dmomo_DIR={}/cmake/momo", project.lib().display())));
    let error = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success() && error.contains("99.0"), "{error}");
}

#[test]
fn what_pkg_config_tells_is_what_is_installed() {
    let project = Project::new();
    let told = |word: &str| {
        project
            .sh(&format!("pkg-config {word} momo"))
            .trim()
            .to_owned()
    };
    assert_eq!(told("--modversion"), env!("CARGO_PKG_VERSION"));
    assert_eq!(
        told("--variable=libdir"),
        project.lib().display().to_string()
    );
    let library = project.lib().join("libmomo.so.0");
    assert!(library.symlink_metadata().unwrap().is_symlink() && library.exists());
    assert!(project.lib().join("libmomo.so").exists());
}
