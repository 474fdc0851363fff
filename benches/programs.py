"""The programs that are compared. Each takes a mode and a count, and asks the same server."""

import json
import os
import platform
import re
import subprocess
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build/bench"
RIVALS = ROOT / "benches/rivals"
PYTHON = "/usr/bin/python3"  # Debian's, which has the package requests
NODE = ["node", "--use-openssl-ca"]
LIBMOMO, LIBCURL, BY_HAND = "libmomo", "libcurl", "openssl"
CURL_HANDLE = 3  # its connection, and a pair of sockets that wake it up
NEW_CLIENT_EACH = "it makes a client for each token"
SHARES_A_POOL = "its connections are in one pool of the process"


def said(*command):
    environment = os.environ | {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.run(command, env=environment, check=True, text=True, **streams).stdout.strip()


def libraries(*packages):
    return ", ".join(f"{each} {said('pkg-config', '--modversion', each)}" for each in packages)


def crates(*wanted):
    """Each by its name and the beginning of its version: the lock file has some twice."""
    lock = tomllib.loads((RIVALS / "rust/Cargo.lock").read_text())["package"]
    known = [f"{crate['name']} {crate['version']}" for crate in lock]
    return ", ".join(next(each for each in known if each.startswith(one)) for one in wanted)


def packages(*names):
    lock = json.loads((RIVALS / "node/package-lock.json").read_text())["packages"]
    return ", ".join(f"{name} {lock[f'node_modules/{name}']['version']}" for name in names)


def python():
    code = "import requests, sys, ssl; print('Python', sys.version.split()[0] + ', requests', "
    code += "requests.__version__ + ',', ssl.OPENSSL_VERSION.rsplit(maxsplit=3)[0])"
    return said(PYTHON, "-c", code)


def php():
    return said("php", "-r", 'echo "PHP ", PHP_VERSION, ", libcurl ", curl_version()["version"];')


def node():
    versions = "`Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`"
    return said("node", "-p", versions)


@dataclass(frozen=True)
class Program:
    key: str
    title: str
    command: list
    version: Callable
    lacks: dict = field(default_factory=dict)  # each mode that it does not have: the reason
    is_native: bool = False  # valgrind runs it
    open_files: int = 1  # of a client that keeps a connection

    def run(self, mode):
        return [*self.command, mode]

    def has(self, mode):
        return mode not in self.lacks


PROGRAMS = [
    Program(
        LIBMOMO,
        "libmomo",
        [OUT / "momo"],
        lambda: said(ROOT / "scripts/version.sh"),
        is_native=True,
    ),
    Program(
        LIBCURL,
        "libcurl, jansson",
        [OUT / "libcurl"],
        lambda: libraries("libcurl", "openssl", "jansson"),
        is_native=True,
        open_files=CURL_HANDLE,
    ),
    Program(
        BY_HAND, "OpenSSL, by hand", [OUT / "openssl"], lambda: libraries("openssl"), is_native=True
    ),
    Program(
        "reqwest",
        "Rust, reqwest",
        [OUT / "rust/release/reqwest"],
        lambda: crates("reqwest 0.13", "rustls 0.23", "tokio 1"),
        is_native=True,
    ),
    Program(
        "mtnmomo",
        "Rust, mtnmomo",
        [OUT / "rust/release/mtnmomo"],
        lambda: f"{crates('mtnmomo', 'reqwest 0.11')}, {libraries('openssl')}",
        {"kept": NEW_CLIENT_EACH, "clients": NEW_CLIENT_EACH},
        is_native=True,
    ),
    Program(
        "go",
        "Go, net/http",
        [OUT / "go"],
        lambda: "Go " + said("go", "version").split()[2].removeprefix("go"),
    ),
    Program("php", "PHP, curl", ["php", RIVALS / "php_curl.php"], php, open_files=CURL_HANDLE),
    Program("requests", "Python, requests", [PYTHON, RIVALS / "python_requests.py"], python),
    Program(
        "fetch", "Node, fetch", [*NODE, RIVALS / "fetch.mjs"], node, {"clients": SHARES_A_POOL}
    ),
    Program(
        "mtn-momo",
        "Node, mtn-momo",
        [*NODE, OUT / "node/mtn_momo.mjs"],
        lambda: f"{packages('mtn-momo', 'axios')}, {node()}",
        {"clients": SHARES_A_POOL},
    ),
]
TITLES = {program.key: program.title for program in PROGRAMS}


def with_mode(mode):
    return [program for program in PROGRAMS if program.has(mode)]


def describe():
    """What the figures are measured on and with."""

    def version(*command):
        line = said(*command).splitlines()[0].removeprefix("nginx version: ")
        return re.sub(r" \([0-9a-f]{9} [\d-]+\)$", "", line)  # rustc adds commit and date

    cpu = re.search(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text(), re.M)
    return {
        "machine": {
            "processor": cpu[1] if cpu else platform.machine(),
            "cores": os.cpu_count(),
            "kernel": f"Linux {platform.release()}",
            "system": platform.freedesktop_os_release()["PRETTY_NAME"],
            "nginx": version("nginx", "-v"),
            "compilers": f"{version('cc', '--version')}; {version('rustc', '--version')}",
            "valgrind": version("valgrind", "--version"),
        },
        "versions": {program.key: program.version() for program in PROGRAMS},
        "library_bytes": os.path.getsize(ROOT / "build/lib/libmomo.so"),
    }


def build(with_rivals):
    OUT.mkdir(parents=True, exist_ok=True)

    def run(*command, **options):
        subprocess.run(command, cwd=ROOT, check=True, **options)

    def compile(name, source, *arguments):
        flags = ["-std=gnu99", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
        run(os.environ.get("CC", "cc"), *flags, f"benches/{source}", "-o", OUT / name, *arguments)

    lib = ROOT / "build/lib"
    ours = ["-Ibuild/include", f"-L{lib}", "-lmomo", "-pthread", f"-Wl,-rpath,{lib}"]
    compile("measure", "measure.c")
    compile("momo", "momo.c", *ours)
    compile("waits", "waits.c", *ours)
    if not with_rivals:
        return
    for name, needs in (("libcurl", ["libcurl", "jansson"]), ("openssl", ["openssl"])):
        flags = said("pkg-config", "--cflags", "--libs", *needs).split()
        compile(name, f"rivals/{name}.c", *flags)
    go = os.environ | {"GOFLAGS": "-buildvcs=false"}
    subprocess.run(["go", "build", "-o", OUT / "go", "."], cwd=RIVALS / "go", env=go, check=True)
    cargo = ["cargo", "build", "--quiet", "--release", "--locked", "--target-dir", OUT / "rust"]
    run(*cargo, "--manifest-path", RIVALS / "rust/Cargo.toml")
    (OUT / "node").mkdir(exist_ok=True)
    for file in (RIVALS / "node").iterdir():
        (OUT / "node" / file.name).write_bytes(file.read_bytes())
    run("npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefix", OUT / "node")
