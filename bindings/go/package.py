"""The module for Go: the wrapper with a static library per platform, as a module proxy has it."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import servers  # beside this folder
from language_checks import ROOT, VERSION, checks, packages
from language_checks.packages import TOOLS, Installed, call, chosen, copy, platform_folder

DEBIAN = [
    *("binutils", "binutils-aarch64-linux-gnu"),
    *("musl", "libc6-arm64-cross", "qemu-user-static", "python3-venv"),
]

SOURCE = Path(__file__).parent
PARTS = SOURCE / "_package"  # where Go's tools do not look
MODULE = packages.PROJECT["module"]
# As `go mod` and a proxy write the version.
TAG = f"v{VERSION}"
ARCHIVES = {
    "x86_64-linux-gnu": "libmomo_linux_amd64.a",
    "aarch64-linux-gnu": "libmomo_linux_arm64.a",
    "x86_64-linux-musl": "libmomo_linux_amd64_musl.a",
    "aarch64-linux-musl": "libmomo_linux_arm64_musl.a",
}


def build(out, module):
    copy([SOURCE / "go.mod"], module)
    packages.put_documents("go", module, [name for name in ARCHIVES if name in chosen])
    # Flat: `go mod vendor` takes a package's own folder, and none below it.
    package = module / "momo"
    copy([*(SOURCE / "momo").glob("*.go"), ROOT / "include/momo.h"], package)
    shared = (package / "link.go").read_text()
    (package / "link_shared.go").write_text("//go:build momo_shared\n\n" + shared)
    copy([PARTS / "link.go"], package)
    for text in [module / "go.mod", *package.glob("*.go")]:
        text.write_text(packages.filled(text.read_text()))
    for platform, archive in ARCHIVES.items():
        if platform in chosen:
            shutil.copy(platform_folder(platform) / "lib/libmomo.a", package / archive)
    publish(module, out / MODULE / "@v")


def publish(module, folder):
    """Puts a module's files where the protocol of module proxies wants them."""
    folder.mkdir(parents=True)
    (folder / "list").write_text(TAG + "\n")
    (folder / f"{TAG}.info").write_text(json.dumps({"Version": TAG}) + "\n")
    shutil.copy(module / "go.mod", folder / f"{TAG}.mod")
    packages.write_archive(folder / f"{TAG}.zip", packages.tree(module, f"{MODULE}@{TAG}/"))


def install(out, place):
    subprocess.run([ROOT / "scripts/deps.sh", "dist"], check=True)
    # A folder as users have them, too; cgo accepts no quote in its name.
    shop = place / "a caf\u00e9 shop"
    shutil.copytree(SOURCE / "cmd", shop / "cmd")
    for program in shop.rglob("*.go"):
        program.write_text(packages.filled(program.read_text()))
    go = Go(out, place, shop)
    go("mod", "init", "example.com/shop")
    go("get", f"{MODULE}/momo@{TAG}")
    go("vet", "./...")
    # What `go mod vendor` copies is enough to build with.
    go("mod", "vendor")
    go("build", "-mod=vendor", "-o", place / "bin/vendored/", "./cmd/get_token")
    shutil.rmtree(shop / "vendor")
    return [programs(go, one) for one in TARGETS if one.platform in chosen]


@dataclass
class Target:
    name: str
    platform: str
    needs: dict  # of the system; not looked at if it is of another machine
    compiler: str = "gcc"
    arch: str = "amd64"
    flags: list = field(default_factory=list)
    runner: list = field(default_factory=list)  # stands before the program
    installed: bool = False  # libmomo is, and is linked as a shared library


def zig(target):
    return f"python3 -m ziglang cc -target {target}"


MUSL = ["-tags", "musl"]
STATIC = [*MUSL, "-ldflags", "-linkmode external -extldflags -static"]
QEMU = ["qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu"]
GLIBC = {"loader": "/lib64/ld-linux-x86-64.so.2", "glibc": {"present": True}}
OLD_GLIBC = GLIBC | {"glibc": {"match": r"^2\.([0-9]|1[0-7])(\.|$)"}}
ARM64_GLIBC = zig("aarch64-linux-gnu.2.17")
ARM64_MUSL = zig("aarch64-linux-musl")
MUSL_LOADER = {"loader": "/lib/ld-musl-x86_64.so.1", "glibc": ""}
NOTHING = {"loader": "", "glibc": ""}
SHARED = ["-tags", "momo_shared"]
TARGETS = [
    Target("glibc", "x86_64-linux-gnu", GLIBC),
    Target("glibc 2.17", "x86_64-linux-gnu", OLD_GLIBC, zig("x86_64-linux-gnu.2.17")),
    Target("glibc, shared", "x86_64-linux-gnu", GLIBC | {"libmomo": True}, flags=SHARED, installed=True),
    Target("glibc, arm64", "aarch64-linux-gnu", {}, ARM64_GLIBC, "arm64", runner=QEMU),
    Target("musl", "x86_64-linux-musl", MUSL_LOADER, zig("x86_64-linux-musl -dynamic"), flags=MUSL),
    Target("musl, static", "x86_64-linux-musl", NOTHING, zig("x86_64-linux-musl"), flags=STATIC),
    Target("musl, arm64", "aarch64-linux-musl", {}, ARM64_MUSL, "arm64", STATIC, QEMU),
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
            "GONOSUMDB": MODULE,
            "GOPROXY": proxy.resolve().as_uri(),
        }

    def __call__(self, *words, **variables):
        # The first program for a target compiles Go's own packages.
        return checks.succeed(["go", *words], self.folder, self.environment | variables)


def programs(go, target):
    folder = go.place / "bin" / target.name
    dist = platform_folder(target.platform)
    variables = {"CC": target.compiler, "CGO_ENABLED": "1", "GOARCH": target.arch}
    if target.installed:
        variables |= {"CGO_CFLAGS": f"-I{dist}/include", "CGO_LDFLAGS": f"-L{dist}/lib"}
    go("build", *target.flags, "-o", f"{folder}/", "./cmd/...", **variables)
    rows = list(servers.rows("net/http", [*target.runner, str(folder / "server")]))
    if not target.runner:
        needed = {"libmomo": False} | target.needs
        rows.append(call("what it needs", lambda: needs(folder / "get_token"), needed))
    return Installed(
        target.name,
        folder,
        **{name: [*target.runner, str(folder / name)] for name in ("get_token", "exercise")},
        variables={"LD_LIBRARY_PATH": f"{dist}/lib"} if target.installed else {},
        rows=rows,
        emulated=bool(target.runner),
    )


def needs(program):
    """The loader that a program names, the newest version of glibc, and whether it wants libmomo."""

    def readelf(option):
        return checks.succeed(["readelf", "--wide", option, program], program.parent)

    loader = re.search(r"program interpreter: (.*)\]", readelf("--program-headers"))
    versions = re.findall(r"GLIBC_([\d.]+)", readelf("--version-info"))
    newest = max(versions, key=lambda text: [int(part) for part in text.split(".")], default="")
    shared = "[libmomo.so.0]" in readelf("--dynamic")
    return {"loader": loader[1] if loader else "", "glibc": newest, "libmomo": shared}
