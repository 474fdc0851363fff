//! Projects outside of this tree, in C, C++ and Objective-C, that use the library as it is installed:
//! by pkg-config, by CMake and by bare compiler flags, shared and static.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::artifacts::{ROOT, at_gateway, library_dir, output, succeed};
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

    /// The project is made of these files of this repository.
    fn with<S: AsRef<str>>(self, sources: &[S]) -> Self {
        for source in sources {
            let source = source.as_ref();
            let name = Path::new(source).file_name().unwrap();
            std::fs::copy(format!("{ROOT}/{source}"), self.folder.path("").join(name)).unwrap();
        }
        self
    }

    /// What pkg-config tells for a static link, the library itself left out.
    fn static_libs(&self) -> String {
        let told = self.sh("pkg-config --static --libs momo");
        told.trim().replace("-lmomo", "")
    }

    /// Builds one program by each of these scripts, which has the program's name in `$OUT`; each
    /// gets a token, and needs the shared library or does not.
    fn builds(&self, scripts: &[(&str, String, bool)]) {
        for (name, script, shared) in scripts {
            self.sh(&format!("OUT={name}; {script}"));
            let program = self.folder.path(name);
            assert_eq!(self.needs_shared_library(&program), *shared, "{name}");
        }
    }

    /// The same by CMake, for a project in one language.
    fn builds_by_cmake(&self, language: &str, sources: &str, libs: &str, options: &str) {
        // GNUstep has no static libraries.
        let whole = match libs {
            "" => format!(
                "add_executable(whole {sources})\n\
                 target_link_options(whole PRIVATE -static)\n\
                 target_link_libraries(whole momo::momo_static)\n"
            ),
            _ => String::new(),
        };
        self.folder.write(
            "CMakeLists.txt",
            format!(
                "cmake_minimum_required(VERSION 3.16)\n\
                 project(shop {language})\n\
                 set(CMAKE_CXX_STANDARD 17)\n\
                 find_package(momo 0.1 REQUIRED)\n\
                 find_package(momo REQUIRED)\n\
                 add_executable(dynamic {sources})\n\
                 target_link_libraries(dynamic momo::momo {libs})\n\
                 add_executable(static {sources})\n\
                 target_link_libraries(static momo::momo_static {libs})\n{whole}"
            ),
        );
        self.sh(&format!(
            "cmake -S . -B cmake-build -Dmomo_DIR=$LIB/cmake/momo {options} && \
             cmake --build cmake-build"
        ));
        for (name, shared) in [("dynamic", true), ("static", false)] {
            let program = self.folder.path("cmake-build").join(name);
            assert_eq!(self.needs_shared_library(&program), shared, "cmake {name}");
        }
        if libs.is_empty() {
            let program = self.folder.path("cmake-build/whole");
            assert!(self.is_static(&program), "cmake whole");
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

    /// The program gets a token; whether it needs no shared library for that, and no loader.
    fn is_static(&self, program: &Path) -> bool {
        assert!(!self.needs_shared_library(program));
        let headers = succeed(Command::new("readelf").arg("-lW").arg(program));
        !headers.contains("INTERP")
    }

    /// The program gets a token; whether it needs the shared library for that.
    fn needs_shared_library(&self, program: &Path) -> bool {
        let mut run = Command::new(program);
        at_gateway(&mut run, &self.gateway).env("LD_LIBRARY_PATH", self.lib());
        let printed = succeed(&mut run);
        let token = self.gateway.issued().pop().unwrap().token;
        assert_eq!(printed, format!("Authorization: Bearer {token}\n"));
        let dynamic = succeed(Command::new("readelf").arg("-d").arg(program));
        dynamic.contains("[libmomo.so.0]")
    }
}

#[test]
fn a_project_outside_the_tree_builds_by_pkg_config_by_cmake_and_by_bare_flags() {
    let project = Project::new().with(&["examples-c/minimal.c", "examples-c/threads.c"]);
    let cc = "cc -std=c99 -Wall -Wextra -Werror minimal.c -o $OUT";
    let libs = project.static_libs();
    #[rustfmt::skip]
    project.builds(&[
        ("pc", format!("{cc} $(pkg-config --cflags --libs momo)"), true),
        ("pc-static", format!("{cc} $(pkg-config --cflags momo) -l:libmomo.a {libs}"), false),
        ("bare", format!("{cc} -I$HEADERS -L$LIB -lmomo"), true),
        ("bare-static", format!("{cc} -I$HEADERS $LIB/libmomo.a {libs}"), false),
    ]);
    project.sh("cc -static minimal.c -o whole $(pkg-config --static --cflags --libs momo)");
    assert!(project.is_static(&project.folder.path("whole")));
    project.builds_by_cmake("C", "minimal.c", "", "");
}

#[test]
fn a_project_in_cpp_builds_by_pkg_config_and_by_cmake() {
    let project = Project::new().with(&["bindings/cpp/snippet.cpp"]);
    let cxx = "c++ -std=c++17 -Wall -Wextra -Werror snippet.cpp -o $OUT";
    let libs = project.static_libs();
    #[rustfmt::skip]
    project.builds(&[
        ("pc", format!("{cxx} $(pkg-config --cflags --libs momo)"), true),
        ("pc-static", format!("{cxx} $(pkg-config --cflags momo) -l:libmomo.a {libs}"), false),
    ]);
    project.builds_by_cmake("CXX", "snippet.cpp", "", "");
}

#[test]
fn a_project_in_objective_c_builds_by_pkg_config_and_by_cmake() {
    let sources = ["MMOMomo.h", "MMOMomo.m", "snippet.m"];
    let project = Project::new().with(&sources.map(|name| format!("bindings/objc/{name}")));
    let gcc = "gcc $(gnustep-config --objc-flags) MMOMomo.m snippet.m -o $OUT";
    let base = "$(gnustep-config --base-libs)";
    let libs = project.static_libs();
    #[rustfmt::skip]
    project.builds(&[
        ("pc", format!("{gcc} $(pkg-config --cflags --libs momo) {base}"), true),
        ("pc-static", format!("{gcc} $(pkg-config --cflags momo) -l:libmomo.a {libs} {base}"), false),
    ]);
    let flags = project.sh("gnustep-config --objc-flags");
    let base = project.sh("gnustep-config --base-libs");
    let options = format!(
        "-DCMAKE_OBJC_COMPILER=gcc -DCMAKE_OBJC_FLAGS='{}'",
        flags.trim()
    );
    project.builds_by_cmake("OBJC", "MMOMomo.m snippet.m", base.trim(), &options);
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

#[test]
fn what_is_installed_is_removed_again() {
    let project = Project::new();
    let files = || project.sh("find usr ! -type d");
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
    assert_eq!(files(), "usr/lib/some-where/pkgconfig/another.pc\n");
}
