"""Where the code of pages runs: an installed library, the mock gateway, a home, a project."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

from . import ROOT, inherited
from .mtn import Mtn
from language_checks import gateway
from language_checks.checks import SECONDS, succeed

# What would take long, or not end, or change the machine, by what stands in for it in a page.
STAND_INS = {
    # That the target is there; installing is done.
    "make": '[ "$1" = install ] || set -- --dry-run "$@"; exec "$REAL" "$@" >/dev/null',
    # with-mock.sh builds the mock gateway, which was built before. A test that is named is there.
    "cargo": """case $1/${2:-} in
build/*) ;;
test/--test) grep --recursive --quiet "fn ${4:-}" "tests/$3" ;;
test/--lib) test -e "src/$3.rs" ;;
*) exec "$REAL" "$@" ;;
esac""",
    "gunicorn": 'exec "$REAL" --check-config "$@"',
}


class World:
    def __init__(self, folder):
        self.folder = folder
        self.prefix = folder / "usr"
        self.home = folder / "home"
        self.home.mkdir(mode=0o700)
        install = ["make", "--silent", "install", f"PREFIX={self.prefix}"]
        subprocess.run(install, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        self.gateway = gateway.Gateway()
        self.mtn = Mtn(self.gateway.environment, folder)
        self.authorities = folder / "authorities.pem"
        authority = Path(self.gateway.environment["MOMO_CA"]).read_bytes()
        self.authorities.write_bytes(authority + self.mtn.authority.read_bytes())
        self.stand_ins = folder / "stand-ins"
        self.stand_ins.mkdir()
        for name, script in STAND_INS.items():
            real = shutil.which(name) or f"/nowhere/{name}"
            file = self.stand_ins / name
            file.write_text(f"#!/bin/sh\nREAL={real}\n{script}\n")
            file.chmod(0o755)

    def close(self):
        self.mtn.close()
        self.gateway.__exit__()

    def environment(self):
        """What a reader has set: the options of the mock gateway, as if it were MTN's."""
        options = dict(self.gateway.environment)
        del options["MOMO_CA"], options["MOMO_PROXY"]
        built = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "debug"  # the mock gateway
        path = f"{self.prefix}/bin:{built}:{os.environ['PATH']}:/usr/sbin:/sbin"
        return inherited() | options | {
            "CURL_CA_BUNDLE": str(self.authorities),
            "HOME": str(self.home),
            "HTTPS_PROXY": self.mtn.proxy,
            "LC_ALL": "C.UTF-8",
            "LD_LIBRARY_PATH": f"{self.prefix}/lib",
            "LIBMOMO_INCLUDE": f"{self.prefix}/include",
            "NO_PROXY": "localhost",
            "PATH": path,
            "PKG_CONFIG_PATH": f"{self.prefix}/lib/pkgconfig",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(ROOT / "bindings/python"),
            "SSL_CERT_FILE": str(self.authorities),
            "XDG_RUNTIME_DIR": str(self.home),
        }

    def project(self, name):
        """An empty folder."""
        folder = self.folder / "projects" / name
        folder.mkdir(parents=True)
        return folder

    def checkout(self, name):
        """A folder that looks like the repository's root; what is written there does no harm."""
        folder = self.project(name)
        for path in ROOT.iterdir():
            if not path.name.startswith("."):
                (folder / path.name).symlink_to(path)
        shutil.copy(ROOT / "examples-c/minimal.c", folder)
        return folder


def run(command, folder, environment, text=None, seconds=SECONDS):
    """What it printed, standard error too; it has to succeed."""
    streams = {"text": text, "stderr": subprocess.STDOUT}
    return succeed(command, folder, environment, seconds, **streams)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
