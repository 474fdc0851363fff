"""Which versions of what are compared, as the programs and the lock files themselves say."""

import json
import subprocess
import tomllib

from . import ROOT

RIVALS = ROOT / "benches/rivals"
PYTHON = "/usr/bin/python3"  # of Debian, as the package with requests


def said(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def libraries(*packages):
    return ", ".join(f"{each} {said('pkg-config', '--modversion', each)}" for each in packages)


def crates(*wanted):
    """Each by its name and the beginning of its version: some are there twice."""
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
    return said(
        "node", "-p", "`Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`"
    )


def go():
    return "Go " + said("go", "version").split()[2].removeprefix("go")
