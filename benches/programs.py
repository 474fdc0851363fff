"""The programs that are compared. Each takes a mode and a count, and asks the same server."""

import json
import os
import platform
import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build/bench"
RIVALS = ROOT / "benches/rivals"
PYTHON = "/usr/bin/python3"  # Debian's, which has the package requests
NODE = ["node", "--use-openssl-ca"]
LIBMOMO, LIBCURL, BY_HAND = "libmomo", "libcurl", "openssl"
CURL_HANDLE = 3  # its connection, and a pair of sockets that wake it up


def said(*command):
    environment = os.environ | {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.run(command, env=environment, check=True, text=True, **streams).stdout.strip()


def libraries(*packages):
    return ", ".join(f"{each} {said('pkg-config', '--modversion', each)}" for each in packages)


def crates(*names):
    lock = tomllib.loads((RIVALS / "rust/Cargo.lock").read_text())["package"]
    versions = {crate["name"]: crate["version"] for crate in lock}
    return ", ".join(f"{name} {versions[name]}" for name in names)


def packages(*names):
    lock = json.loads((RIVALS / "node/package-lock.json").read_text())["packages"]
    return ", ".join(f"{name} {lock[f'node_modules/{name}']['version']}" for name in names)


@dataclass(frozen=True)
class Program:
    key: str
    title: str
    command: list
    is_native: bool = False  # valgrind runs it
    open_files: int = 1  # of a client that keeps a connection
    has_one_pool: bool = False  # of connections, for the whole process

    def run(self, mode):
        return [*self.command, mode]


PROGRAMS = [
    Program(LIBMOMO, "libmomo", [OUT / "momo"], True),
    Program(LIBCURL, "libcurl, jansson", [OUT / "libcurl"], True, CURL_HANDLE),
    Program(BY_HAND, "OpenSSL, by hand", [OUT / "openssl"], True),
    Program("reqwest", "Rust, reqwest", [OUT / "rust/release/rival"], True),
    Program("go", "Go, net/http", [OUT / "go"]),
    Program("php", "PHP, curl", ["php", RIVALS / "php_curl.php"], open_files=CURL_HANDLE),
    Program("requests", "Python, requests", [PYTHON, RIVALS / "python_requests.py"]),
    Program("fetch", "Node, fetch", [*NODE, RIVALS / "fetch.mjs"], has_one_pool=True),
    Program("mtn-momo", "Node, mtn-momo", [*NODE, OUT / "node/mtn_momo.mjs"], has_one_pool=True),
]
TITLES = {program.key: program.title for program in PROGRAMS}


def with_mode(mode):
    return [program for program in PROGRAMS if mode != "clients" or not program.has_one_pool]


def versions():
    numbers = "`Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`"
    node = said("node", "-p", numbers)
    python = "import requests, sys, ssl; print('Python', sys.version.split()[0] + ', requests', "
    python += "requests.__version__ + ',', ssl.OPENSSL_VERSION.rsplit(maxsplit=3)[0])"
    php = 'echo "PHP ", PHP_VERSION, ", libcurl ", curl_version()["version"];'
    return {
        LIBMOMO: said(ROOT / "scripts/version.sh"),
        LIBCURL: libraries("libcurl", "openssl", "jansson"),
        BY_HAND: libraries("openssl"),
        "reqwest": crates("reqwest", "rustls", "tokio"),
        "go": said("go", "version").split()[2].replace("go", "Go "),
        "php": said("php", "-r", php),
        "requests": said(PYTHON, "-c", python),
        "fetch": node,
        "mtn-momo": f"{packages('mtn-momo', 'axios')}, {node}",
    }


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
        "versions": versions(),
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
