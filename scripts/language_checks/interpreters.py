"""Interpreters for other platforms than this machine's: made the first time that they are asked for."""

import shutil

from . import ROOT, checks
from .packages import BINDINGS, TOOLS, rows_on, scenarios

DEBIAN = (
    *("debootstrap", "gcc", "make", "musl-tools", "pkg-config", "qemu-user-static", "xz-utils"),
    *("gcc-mingw-w64-x86-64", "wine", "wine64"),
)
ARM64 = "php8.2-cli,python3,ruby"
WINE = ROOT / "scripts/language_checks/wine.sh"


def musl(language, program):
    """The path of a program that bindings/LANGUAGE/musl.sh compiles."""
    run([ROOT / "scripts/language_checks/musl.sh", BINDINGS / language / "musl.sh", program])
    return str(TOOLS / "musl/bin" / program)


def arm64(program):
    """The words before a program's own: it is Debian's, unpacked, under qemu."""
    root = TOOLS / "arm64"
    done = root / "unpacked"
    if not done.exists() or done.read_text() != ARM64:
        shutil.rmtree(root, ignore_errors=True)
        what = ["--variant=minbase", f"--include={ARM64}"]
        # To install packages takes a kernel that runs programs of that processor.
        run(["debootstrap", "--arch=arm64", "--foreign", *what, "bookworm", root])
        for package in sorted((root / "var/cache/apt/archives").glob("*.deb")):
            run(["dpkg-deb", "--extract", package, root])
        done.write_text(ARM64)
    return ["qemu-aarch64-static", "-L", str(root), str(root / "usr/bin" / program)]


def arm64_rows(language, command, suffix, **variables):
    """What does not depend on the time that it takes: under qemu TLS alone takes a third of a second."""
    rows = scenarios(language, ("success", "wrong API key", "calls", "fork"))
    return rows_on("arm64", rows, command, suffix, **variables)


def run(command, folder=ROOT, environment=None):
    """To compile an interpreter takes its time."""
    return checks.succeed(command, folder, environment, 2 * checks.SLOW_SECONDS)
