"""Blocks that are run: shell commands, and programs. A part of a program is compiled whole."""

import contextlib
import re
import shutil
import subprocess
import time
from http.client import HTTPConnection

from . import ROOT, Failed
from .world import SECONDS, free_port, run

WARNINGS = "-Wall", "-Wextra", "-Wpedantic", "-Werror"
COMPILERS = {"c": ["cc", "-std=c11"], "cpp": ["c++", "-std=c++17"]}
# The files of the wrapper, and the words before a program.
INTERPRETERS = {
    "php": ["php/momo*.php", "php", "-d", "ffi.enable=1"],
    "ruby": ["ruby/momo*.rb", "ruby"],
}

# What a program that takes a port, the exporter of docs/monitoring.md, serves there: the least and
# the greatest value of each series, if all is well and if the gateway refuses the key.
WELL = {
    "momo_tokens_issued_total": (1, 1),
    "momo_requests_total": (1, 1),
    'momo_failures_total{group="credential"}': (0, 0),
    "momo_last_failure_status": (0, 0),
    "momo_token_expires_in_seconds": (3500, 3600),
}
REFUSED = {
    'momo_failures_total{group="credential"}': (1, 1),
    "momo_last_failure_status": (20, 20),
    "momo_tokens_issued_total": (0, 0),
    "momo_token_expires_in_seconds": (0, 0),
    "momo_cooldown_seconds": (0.001, 60),
    "momo_last_failure_timestamp_seconds": (1.7e9, 1e10),
}


def compiled(world, folder, block):
    compiler = COMPILERS[block.language]
    source = folder / f"program.{block.language}"
    source.write_text(block.text)
    flags = run(["pkg-config", "--cflags", "--libs", "momo"], folder, world.environment()).split()
    command = [*compiler, "-D_DEFAULT_SOURCE", *WARNINGS, "-pthread", source]
    if not re.search(r"\bmain\(", block.text):
        return run([*command, *flags, "-c"], folder, world.environment())
    run([*command, *flags, "-o", "program"], folder, world.environment())
    return run(["./program"], folder, world.environment())


def interpreted(world, folder, block):
    wrapper, *command = INTERPRETERS[block.language]
    for file in (ROOT / "bindings").glob(wrapper):
        shutil.copy(file, folder)
    (folder / "program").write_text(block.text)
    return run([*command, "program"], folder, world.environment())


def python(world, folder, block):
    (folder / "program.py").write_text(block.text)
    command = ["/usr/bin/python3", "program.py"]
    environment = world.environment()
    if "sys.argv[1]" not in block.text:
        return run(command, folder, environment)
    exports(command, folder, environment, WELL)
    exports(command, folder, environment | {"MOMO_API_KEY": "wrong"}, REFUSED)
    return ""


def exports(command, folder, environment, expected):
    """A program that serves metrics on a port: each series comes to a value within its bounds."""
    port, found, quiet = free_port(), {}, subprocess.DEVNULL
    server = subprocess.Popen([*command, str(port)], cwd=folder, env=environment, stderr=quiet)
    try:
        end = time.monotonic() + SECONDS
        while server.poll() is None and time.monotonic() < end:
            with contextlib.suppress(ConnectionRefusedError):
                page = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
                page.request("GET", "/metrics")
                text = page.getresponse().read().decode()
                found = dict(re.findall(r"^(momo_\S+) (\S+)$", text, re.M))
                values = ((float(found.get(name, "nan")), *expected[name]) for name in expected)
                if all(least <= value <= most for value, least, most in values):
                    return
            time.sleep(0.05)
        raise Failed(f"exit status {server.poll()}; it serves {found}, expected {expected}")
    finally:
        server.kill()
        server.wait()


class Session:
    """The shell of one page: what a block exports is there in the next."""

    def __init__(self, world, page):
        self._environment = world.environment()
        self._environment["PATH"] = f"{world.stand_ins}:{self._environment['PATH']}"
        self._folder = world.checkout(page.replace("/", "-"))
        self._state = self._folder / "exported"
        self._state.touch()

    def keep(self, block):
        """A block whose first line is a comment with a file's name is that file for the shell."""
        name = re.match(r"(?:#|//|;|/\*|<\?php //) ([\w-]+\.\w+)(?: \*/)?\n", block.text)
        if name:
            (self._folder / name[1]).write_text(block.text)

    def run(self, script, is_checked=True):
        options = "set -eu -o pipefail" if is_checked else "set -u"
        whole = f". {self._state}\n{options}\n{script}\nexport -p >{self._state}\n"
        return run(["bash", "-c", whole], self._folder, self._environment)


def sh(session, block):
    return session.run(block.text)


def console(session, block):
    """Commands behind a $, each with what it prints. … stands for anything."""
    parts = re.split(r"^\$ ", block.text, flags=re.M)
    if parts[0] or len(parts) == 1:
        raise Failed("it does not begin with a command")
    printed = ""
    for part in parts[1:]:
        command = re.match(r"(?:.*\\\n)*.*\n", part)[0]
        # That a command fails may be what is shown; what it prints tells.
        output = session.run(command, is_checked=False)
        compare(part[len(command) :], output)
        printed += output
    return printed


def compare(shown, printed):
    if not shown.strip("… \n") and printed.strip():
        raise Failed(f"it says nothing of what was printed:\n{printed}")
    pattern = ".*".join(re.escape(piece) for piece in shown.strip().split("…"))
    if not re.fullmatch(pattern, printed.strip(), re.S):
        raise Failed(f"it printed\n{printed}")


KINDS = dict.fromkeys(COMPILERS, compiled) | dict.fromkeys(INTERPRETERS, interpreted)
KINDS["python"] = python
SHELL = {"sh": sh, "console": console}
