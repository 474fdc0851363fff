//! Projects outside of this tree, in C, C++ and Objective-C, that use the library as it is installed:
//! by pkg-config, by CMake and by bare compiler flags, shared and static.

use std::path::PathBuf;
use std::process::Command;

use crate::artifacts::{ROOT, at_gateway, library_dir, succeed};
use crate::child::Scratch;
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
        // Such as `make docs` makes.
        std::fs::create_dir_all(folder.path("man/man3")).unwrap();
        folder.write("man/man3/momo_get_token.3", ".so man3/momo_token.3\n");
        let project = Self {
            folder,
            gateway: Gateway::start().unwrap(),
        };
        project.make("install");
        project
    }

    fn make(&self, target: &str) {
        let path = |name: &str| self.folder.path(name).display().to_string();
        let mut make = Command::new("make");
        make.current_dir(ROOT).arg(target);
        make.arg(format!("PREFIX={}", path("usr")));
        make.arg(format!("LIBDIR={}", path("usr/lib/some-where")));
        make.arg(format!("INCLUDEDIR={}", path("usr/headers")));
        make.arg(format!("MAN={}", path("man")));
        succeed(&mut make);
    }

    /// What pkg-config tells for a static link, the library itself left out.
    fn static_libs(&self) -> String {
        let told = self.sh("pkg-config --static --libs momo");
        told.replace("-lmomo", "")
    }

    /// Builds a program by a script, which has the program's name in `$OUT`; it gets a token, and
    /// needs the shared library or does not.
    fn builds(&self, name: &str, script: &str, shared: bool) {
        self.sh(&format!("OUT={name}; {script}"));
        assert_eq!(self.needs_shared_library(name), shared, "{name}");
    }

    /// Builds files of this repository by pkg-config and by CMake, shared and static.
    fn builds_in(&self, language: &str, compiler: &str, files: &str, libs: &str, cmake: &str) {
        let mut sources = Vec::new();
        for file in files.split(' ') {
            let (_, name) = file.rsplit_once('/').unwrap();
            std::fs::copy(format!("{ROOT}/{file}"), self.folder.path(name)).unwrap();
            sources.extend((!name.ends_with(".h")).then_some(name));
        }
        let sources = sources.join(" ");
        let (cc, archive) = (format!("{compiler} {sources} -o $OUT"), self.static_libs());
        let shared = format!("{cc} $(pkg-config --cflags --libs momo) {libs}");
        self.builds("pc", &shared, true);
        let script = format!("{cc} $(pkg-config --cflags momo) -l:libmomo.a {archive} {libs}");
        self.builds("pc-static", &script, false);
        // GNUstep has no static libraries.
        let whole = match libs {
            "" => "target_link_options(with_momo_static PRIVATE -static)\n",
            _ => "",
        };
        let lists = format!(
            "cmake_minimum_required(VERSION 3.16)\n\
             project(shop {language})\n\
             set(CMAKE_CXX_STANDARD 17)\n\
             find_package(momo 0.1 REQUIRED)\n\
             find_package(momo REQUIRED)\n\
             foreach(kind momo momo_static)\n\
             add_executable(with_${{kind}} {sources})\n\
             target_link_libraries(with_${{kind}} momo::${{kind}} {libs})\n\
             endforeach()\n{whole}"
        );
        self.folder.write("CMakeLists.txt", lists);
        let configure = format!("cmake -S . -B cmake-build -Dmomo_DIR=$LIB/cmake/momo {cmake}");
        self.sh(&format!("{configure} && cmake --build cmake-build"));
        assert!(self.needs_shared_library("cmake-build/with_momo"));
        assert!(!self.needs_shared_library("cmake-build/with_momo_static"));
        let has_loader = self.has_loader("cmake-build/with_momo_static");
        assert_eq!(has_loader, whole.is_empty());
    }

    fn has_loader(&self, program: &str) -> bool {
        let headers = self.sh(&format!("readelf -lW {program}"));
        headers.contains("INTERP")
    }

    fn lib(&self) -> PathBuf {
        self.folder.path("usr/lib/some-where")
    }

    /// Runs a script in the folder of the project; gives what it printed, without the last line's end.
    fn sh(&self, script: &str) -> String {
        let mut sh = Command::new("sh");
        sh.args(["-euc", script]).current_dir(self.folder.path(""));
        sh.env("PKG_CONFIG_PATH", self.lib().join("pkgconfig"));
        sh.env("LIB", self.lib())
            .env("HEADERS", self.folder.path("usr/headers"));
        succeed(&mut sh).trim_end().to_owned()
    }

    /// The program gets a token; whether it needs the shared library for that.
    fn needs_shared_library(&self, program: &str) -> bool {
        let program = self.folder.path(program);
        let mut run = Command::new(&program);
        at_gateway(&mut run, &self.gateway).env("LD_LIBRARY_PATH", self.lib());
        let printed = succeed(&mut run);
        let token = self.gateway.issued().pop().unwrap().token;
        assert!(printed.contains(&format!("Bearer {token}")), "{printed}");
        let dynamic = succeed(Command::new("readelf").arg("-d").arg(program));
        dynamic.contains("[libmomo.so.0]")
    }
}

#[test]
fn a_project_outside_the_tree_builds_by_pkg_config_by_cmake_and_by_bare_flags() {
    let project = Project::new();
    let cc = "cc -std=c99 -Wall -Wextra -Werror";
    project.builds_in("C", cc, "examples-c/minimal.c", "", "");
    let (cc, libs) = (format!("{cc} minimal.c -o $OUT"), project.static_libs());
    project.builds("bare", &format!("{cc} -I$HEADERS -L$LIB -lmomo"), true);
    let bare_static = format!("{cc} -I$HEADERS $LIB/libmomo.a {libs}");
    project.builds("bare-static", &bare_static, false);
    let whole = format!("{cc} -static $(pkg-config --static --cflags --libs momo)");
    project.builds("whole", &whole, false);
    assert!(!project.has_loader("whole"));
}

#[test]
fn a_project_in_cpp_builds_by_pkg_config_and_by_cmake() {
    let cxx = "c++ -std=c++17 -Wall -Wextra -Werror";
    Project::new().builds_in("CXX", cxx, "bindings/cpp/get_token.cpp", "", "");
}

#[test]
fn a_project_in_objective_c_builds_by_pkg_config_and_by_cmake() {
    let project = Project::new();
    let files = "bindings/objc/MMOMomo.h bindings/objc/MMOMomo.m bindings/objc/get_token.m";
    let flags = project.sh("gnustep-config --objc-flags");
    let base = project.sh("gnustep-config --base-libs");
    let gcc = format!("gcc {flags}");
    let cmake = format!("-DCMAKE_OBJC_COMPILER=gcc -DCMAKE_OBJC_FLAGS='{flags}'");
    project.builds_in("OBJC", &gcc, files, &base, &cmake);
}

#[test]
fn cmake_refuses_a_version_that_is_not_there_yet() {
    let project = Project::new();
    project.folder.write(
        "CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.16)\nproject(shop C)\nfind_package(momo 99.0 REQUIRED)\n",
    );
    let error = project.sh("! cmake -S . -B cmake-build -Dmomo_DIR=$LIB/cmake/momo 2>&1");
    assert!(error.contains("99.0"), "{error}");
}

#[test]
fn what_is_installed_is_removed_again() {
    let project = Project::new();
    let files = || project.sh("find usr ! -type d");
    let version = project.sh("pkg-config --modversion momo");
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    let mine = project.lib().join("pkgconfig/another.pc");
    std::fs::write(&mine, "").unwrap();
    for name in [
        "/libmomo.so",
        "/libmomo.so.0",
        "/libmomo.a",
        "/momo.h",
        "/momo.hpp",
        "/momo_ffi.h",
        "/momo.pc",
        "/momo-config.cmake",
        "/bin/momo-token",
        "/momo-token.1",
        "/momo_get_token.3",
    ] {
        assert!(files().lines().any(|file| file.ends_with(name)), "{name}");
    }
    project.make("uninstall");
    assert_eq!(files(), "usr/lib/some-where/pkgconfig/another.pc");
}
