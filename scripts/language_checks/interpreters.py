"""PHP, Python and Ruby for other platforms than this machine's own: made the first time they are asked for."""

import shutil

from language_checks import checks

from . import ROOT, TOOLS
from .installed import rows_on

DEBIAN = ("debootstrap", "gcc", "make", "musl-tools", "pkg-config", "qemu-user-static", "xz-utils")
ARM64 = "php8.2-cli,python3,ruby"


def musl(name):
    """The path of `php`, `python3` or `ruby`, compiled."""
    run([ROOT / "scripts/packages/musl.sh", name])
    return str(TOOLS / "musl/bin" / name)


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


def arm64_rows(table, command, suffix, **variables):
    """What does not depend on the time that it takes: under qemu TLS alone takes a third of a second."""
    names = ("success", "wrong API key", "logger", "stats", "fork")
    return rows_on("arm64", table, names, command, suffix, **variables)


def run(command, folder=ROOT, environment=None):
    """To compile an interpreter takes its time."""
    return checks.succeed(command, folder, environment, 2 * checks.SLOW_SECONDS)
