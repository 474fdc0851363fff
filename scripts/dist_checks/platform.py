"""An archive of one platform, unpacked in a clean place and used from C there."""

import os
import shutil
from pathlib import Path

from language_checks.checks import succeed

from . import RELEASE, ROOT, TESTS, VERSION, contents

ZIG = [ROOT / "build/tools/zig/bin/python3", "-m", "ziglang", "cc", "-target"]
PACKAGES = ("libmomo0", "libmomo0-dbgsym", "libmomo-dev", "momo-tools")
WARNINGS = ["-std=gnu99", "-O2", "-Wall", "-Wextra", "-Werror"]


class Platform:
    """The machine that this runs on; the others differ in compiler, runner and libraries."""

    name = archive = "x86_64-linux-gnu"
    compiler = ["cc"]
    debian = ["gcc", "pkg-config", "xz-utils", "lintian"]
    architecture = "amd64"  # of Debian's packages
    static_programs = ("exercise-static", "exercise-fully-static")
    loading = ["-ldl"]  # what a program needs that loads libraries by itself
    emulated = None  # where the system is that qemu shows to programs for another processor

    def __init__(self, place):
        self.place = place
        self.folder = place / f"libmomo-{VERSION}-{self.name}"

    # What a user does with an archive.

    def unpack(self):
        archive = RELEASE / f"{self.folder.name}.tar.xz"
        succeed(["tar", "--extract", "--xz", "--file", archive], self.place)

    def build(self):
        """The programs, by pkg-config: shared, and the first with the static library as well."""
        shared = self.pkg_config("--cflags", "--libs")
        self.compile("exercise", "exercise.c", [*shared, "-lpthread"])
        static = self.pkg_config("--static", "--cflags", "--libs")
        # Zig's compiler takes it for the libraries that follow.
        self.compile("exercise-fully-static", "exercise.c", ["-static", *static])
        archive = str(self.library().with_name("libmomo.a"))
        static = [archive if word == "-lmomo" else word for word in static]
        self.compile("exercise-static", "exercise.c", static)
        for name in ("one.so", "two.so") if self.loading else ():
            self.compile(name, "plugins.c", ["-DPLUGIN", "-shared", "-fPIC", *static])
        self.compile("plugins", "plugins.c", [*self.pkg_config("--cflags"), *self.loading])
        self.compile("unload", "unload.c", [*self.pkg_config("--cflags"), *self.loading])

    def pkg_config(self, *words):
        environment = os.environ | {"PKG_CONFIG_LIBDIR": str(self.folder / "lib/pkgconfig")}
        return succeed(["pkg-config", *words, "momo"], self.place, environment).split()

    def compile(self, program, source, words):
        command = [*self.compiler, *WARNINGS, TESTS / source, *words, "-o", self.place / program]
        succeed(command, self.place)

    # How its programs run.

    def command(self, program, *words):
        """`program` and what it is told. unload is told where the library is."""
        if program == "unload":
            words = [self.shown(self.library()), *words]
        return [*self.runner(), str(self.program(program)), *words]

    def program(self, name):
        return self.place / name

    def runner(self):
        library_path = f"LD_LIBRARY_PATH={self.library().parent}"
        qemu = ["qemu-aarch64-static", "-L", str(self.emulated), "-E", library_path]
        return qemu if self.emulated else []

    def library(self):
        return self.folder / "lib/libmomo.so.0"

    def variables(self):
        # qemu itself needs none.
        return {} if self.emulated else {"LD_LIBRARY_PATH": str(self.folder / "lib")}

    def shown(self, path):
        """As a program of that platform names a file of this machine."""
        return str(path)

    def trust(self, ca):
        """Has the system trust this authority: what variables that takes."""
        return {"SSL_CERT_FILE": str(ca)}

    def name_server_file(self):
        return Path("/etc/resolv.conf")

    def prepare(self, ca):
        """What programs find there: the gateway's authority is where it is on this machine."""
        scratch(self.place)

    def properties(self):
        """Checks of what was unpacked, by their names."""
        library = self.folder / "lib/libmomo.so"
        return [
            ("linker's tables", lambda: contents.check_elf(library, "musl" in self.name)),
            ("plugins", self.check_plugins),
            ("symbols", lambda: contents.check_symbols(library, self.symbols())),
            *self.papers(),
        ]

    def papers(self):
        packages = sorted(RELEASE.glob(f"*_{self.architecture}.deb"))
        notices = self.folder / "THIRD-PARTY.txt"
        yield "paths", lambda: contents.check_paths(self.folder)
        yield "notices", lambda: contents.check_notices(self.archive, notices)
        yield "links", lambda: contents.check_links(self.folder)
        yield "bill of materials", lambda: contents.check_sbom(self.archive, self.folder, packages)
        if self.architecture:
            yield "lintian", lambda: lint(self.architecture)

    def symbols(self):
        archive = RELEASE / f"{self.folder.name}-symbols.tar.xz"
        succeed(["tar", "--extract", "--xz", "--file", archive], self.place)
        return self.place / f"{self.folder.name}-symbols"

    def check_plugins(self):
        """Two plugins that are linked to the static library have a copy each, of all of it."""
        succeed(self.command("plugins", self.place / "one.so", self.place / "two.so"), self.place)

    def close(self):
        pass


class Native(Platform):
    """The machine that this runs on, whose compiler for Rust makes the library a neighbour."""

    def properties(self):
        return [*super().properties(), ("beside Rust", self.check_neighbour)]

    def check_neighbour(self):
        """Another static library in Rust, before the library and after it."""
        source, neighbour = TESTS / "neighbour.rs", self.place / "libneighbour.a"
        rustc = ["rustc", "--edition=2024", "-O", "--crate-type=staticlib", source, "-o", neighbour]
        succeed(rustc, self.place)
        static = [*self.pkg_config("--static", "--cflags", "--libs"), "-static"]
        for name, words in (("before", [neighbour, *static]), ("after", [*static, neighbour])):
            self.compile(name, "beside.c", words)
            succeed([self.place / name], self.place)


class Arm(Platform):
    name = archive = "aarch64-linux-gnu"
    architecture = "arm64"
    compiler = ["aarch64-linux-gnu-gcc"]
    emulated = "/usr/aarch64-linux-gnu"
    debian = ["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross", "qemu-user-static", "pkg-config"]
    debian += ["lintian"]

    def properties(self):
        return [*super().properties(), ("packages of Debian", self.check_packages)]

    def check_packages(self):
        """They have the libraries that run here. To install them takes a kernel for that processor."""
        root = self.place / "root"
        for file in debs(self.architecture):
            succeed(["dpkg-deb", "--extract", file, root], self.place)
        folder = root / "usr/lib" / self.name
        for name in ("libmomo.so.0", "libmomo.a"):
            same = (folder / name).read_bytes() == self.library().with_name(name).read_bytes()
            contents.expect(same, True, f"{name} is the archive's")
        contents.check_paths(root)
        contents.check_symbols(folder / "libmomo.so.0", root / "usr/lib/debug")


class Musl(Platform):
    """Debian's package has the loader where Alpine has it."""

    name = archive = "x86_64-linux-musl"
    architecture = None
    compiler = [*ZIG, "x86_64-linux-musl", "-lunwind"]
    debian = ["musl", "pkg-config"]
    loading = ["-dynamic"]  # Zig's programs are static where they need no shared library


class MuslArm(Musl):
    name = archive = "aarch64-linux-musl"
    compiler = [*ZIG, "aarch64-linux-musl", "-lunwind"]
    debian = ["qemu-user-static", "pkg-config"]

    def unpack(self):
        super().unpack()
        self.emulated = self.place / "musl"
        fetch_package_of("arm64", "musl", self.emulated)


def debs(architecture):
    return [RELEASE / f"{name}_{VERSION}-1_{architecture}.deb" for name in PACKAGES]


def lint(architecture):
    # These packages are not Debian's own.
    tags = ["initial-upload-closes-no-bugs"]
    command = ["lintian", "--fail-on", "error,warning", "--suppress-tags", ",".join(tags)]
    succeed([*command, *debs(architecture)], RELEASE)


def fetch_package_of(architecture, package, root):
    """Unpacks a package of another architecture, without telling this system's apt of it."""
    state = root / "apt"
    for folder in ("lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True)
    apt = ["apt-get", "-qq", "-o", f"APT::Architecture={architecture}"]
    apt += ["-o", f"APT::Architectures={architecture}"]
    apt += ["-o", f"Dir::State::Lists={state / 'lists'}"]
    apt += ["-o", f"Dir::Cache={state / 'cache'}", "-o", "APT::Sandbox::User=root"]
    succeed([*apt, "update"], state)
    succeed([*apt, "download", package], state)
    (found,) = state.glob("*.deb")
    succeed(["dpkg-deb", "--extract", found, root], root)
    shutil.rmtree(state)


def scratch(path):
    """Directories that are not safe to share tokens in: others can look into it, it is a link."""
    path = Path(path)
    (path / "open").mkdir()
    (path / "open").chmod(0o755)
    (path / "target").mkdir(mode=0o700)
    (path / "link").symlink_to(path / "target")
