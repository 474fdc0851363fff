"""Programs that have the module for Go from a proxy, for every C library that they may meet."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field

from language_checks import checks

from . import ROOT, TOOLS, platform_folder, servers
from .installed import Installed, copy

SOURCES = ROOT / "scripts/packages/neighbour"
RUST = ["--edition=2024", "-O", "--crate-type=staticlib"]


@dataclass
class Target:
    name: str
    platform: str
    needs: dict  # of the system; not looked at where another machine's programs run
    compiler: str = "gcc"
    arch: str = "amd64"
    flags: list = field(default_factory=list)
    runner: list = field(default_factory=list)  # stands before the program
    installed: bool = False  # libmomo is, and is linked as a shared library


def zig(target):
    return f"python3 -m ziglang cc -target {target}"


STATIC = ["-ldflags", "-linkmode external -extldflags -static"]
QEMU = ["qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu"]
GLIBC = "/lib64/ld-linux-x86-64.so.2"
TARGETS = [
    Target("glibc", "x86_64-linux-gnu", {"loader": GLIBC, "glibc": {"present": True}}),
    Target(
        "glibc 2.17",
        "x86_64-linux-gnu",
        {"loader": GLIBC, "glibc": {"match": r"^2\.([0-9]|1[0-7])(\.|$)"}},
        zig("x86_64-linux-gnu.2.17"),
    ),
    Target(
        "glibc, shared",
        "x86_64-linux-gnu",
        {"loader": GLIBC, "glibc": {"present": True}, "libmomo": True},
        flags=["-tags", "momo_shared"],
        installed=True,
    ),
    Target("glibc, arm64", "aarch64-linux-gnu", {}, zig("aarch64-linux-gnu.2.17"), "arm64", runner=QEMU),
    Target(
        "musl",
        "x86_64-linux-musl",
        {"loader": "/lib/ld-musl-x86_64.so.1", "glibc": ""},
        zig("x86_64-linux-musl -dynamic"),
        flags=["-tags", "musl"],
    ),
    Target(
        "musl, static",
        "x86_64-linux-musl",
        {"loader": "", "glibc": ""},
        zig("x86_64-linux-musl"),
        flags=["-tags", "musl", *STATIC],
    ),
    Target(
        "musl, arm64",
        "aarch64-linux-musl",
        {},
        zig("aarch64-linux-musl"),
        "arm64",
        ["-tags", "musl", *STATIC],
        QEMU,
    ),
]


class Go:
    """The command in a module of a user, who knows no proxy but ours."""

    def __init__(self, proxy, place, folder):
        self.folder, self.place = folder, place
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GO", "CGO_", "MOMO_")) and not name.lower().endswith("_proxy")
        } | {
            "PATH": f"{TOOLS / 'zig/bin'}:{os.environ['PATH']}",
            "GOFLAGS": "-modcacherw",  # so that what was tried can be removed
            "GOMODCACHE": str(place / "module cache"),
            "GONOSUMDB": "example.com",
            "GOPROXY": proxy.resolve().as_uri(),
        }

    def __call__(self, *words, **variables):
        # The first program for a target compiles Go's own packages.
        environment = self.environment | variables
        code, out, err = checks.run(["go", *map(str, words)], self.folder, environment, checks.SLOW_SECONDS)
        if code != 0:
            raise checks.Failed(f"go {' '.join(map(str, words))}: exit code {code}\n{out}{err}")
        return out


def programs(go, target):
    folder = go.place / "bin" / target.name
    dist = platform_folder(target.platform)
    variables = {"CC": target.compiler, "CGO_ENABLED": "1", "GOARCH": target.arch}
    if target.installed:
        variables |= {"CGO_CFLAGS": f"-I{dist}/include", "CGO_LDFLAGS": f"-L{dist}/lib"}
    go("build", *target.flags, "-o", f"{folder}/", "./cmd/...", **variables)
    command = {name: [*target.runner, str(folder / name)] for name in ("get_token", "exercise", "server")}
    return Installed(
        name=target.name,
        folder=folder,
        get_token=command["get_token"],
        exercise=command["exercise"],
        variables={"LD_LIBRARY_PATH": f"{dist}/lib"} if target.installed else {},
        rows=list(rows(target, folder, command["server"])),
        emulated=bool(target.runner),
    )


def rows(target, folder, server):
    yield from servers.rows("net/http", server)
    if not target.runner:
        needs = [sys.executable, str(ROOT / "scripts/packages/needs.py"), str(folder / "get_token")]
        yield {"name": "what it needs", "command": needs, "expect": {"libmomo": False} | target.needs}


def vendored(go):
    """What `go mod vendor` copies is enough to build with."""
    go("mod", "vendor")
    go("build", "-mod=vendor", "-o", go.place / "bin/vendored/", "./cmd/get_token")
    shutil.rmtree(go.folder / "vendor")


def neighbour(go):
    """A row: a program that has another library in Rust, too."""
    folder = go.folder / "neighbour"
    copy([SOURCES / "main.go"], folder)
    archive = folder / "libneighbour.a"
    subprocess.run(["rustc", *RUST, "-o", archive, SOURCES / "neighbour.rs"], check=True)
    program = go.place / "bin/beside"
    go("build", "-o", program, "./neighbour")
    return {
        "name": "beside another library in Rust",
        "command": [str(program)],
        "expect": {"caught": [True, False, True], "token_type": "access_token"},
        "requests": 1,
    }
