"""What the figures were measured on and with."""

import os
import platform
import re
import subprocess

from . import ROOT
from .programs import PROGRAMS


def describe():
    cpu = re.search(r"^model name\s*: (.*)", open("/proc/cpuinfo").read(), re.M)
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return {
        "machine": {
            "processor": cpu[1] if cpu else platform.machine(),
            "cores": os.cpu_count(),
            "kernel": f"Linux {platform.release()}",
            "system": system,
            "nginx": _version(["nginx", "-v"]),
            "compilers": f"{_version(['cc', '--version'])}; {_version(['rustc', '--version'])}",
            "valgrind": _version(["valgrind", "--version"]),
        },
        "versions": {program.key: program.version() for program in PROGRAMS},
        "library_bytes": os.path.getsize(ROOT / "build/lib/libmomo.so"),
    }


def _version(command):
    """The first line of what a program says of itself."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    said = subprocess.run(
        command,
        env=os.environ | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
        text=True,
    )
    line = said.stdout.splitlines()[0].removeprefix("nginx version: ")
    return re.sub(r" \([0-9a-f]{9} [\d-]+\)$", "", line)  # of rustc: commit and date
