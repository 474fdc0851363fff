"""The wheels for Python: one per platform, with the library inside."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import packages

from . import ROOT, TOOLS, chosen, documents, interpreters, libraries, readme, scenarios, servers, wine
from .installed import Installed, copy

TITLE = "Python"
DEBIAN = ["python3", "python3-venv"]

SOURCE = ROOT / "examples-ffi/python"
PACKAGING = ROOT / "packaging/python"
# What pip of that platform looks for; any Python 3 of it will do.
TAGS = {
    "x86_64-linux-gnu": "manylinux2014_x86_64",
    "aarch64-linux-gnu": "manylinux2014_aarch64",
    "x86_64-linux-musl": "musllinux_1_1_x86_64",
    "aarch64-linux-musl": "musllinux_1_1_aarch64",
    "x86_64-windows": "win_amd64",
}
REQUIREMENTS = SOURCE / "server/requirements.txt"
CHECKERS = ["auditwheel==6.8.2", "hatchling==1.33.0", "mypy==2.4.1", "twine==7.0.0"]
ROWS = (
    *("stats", "option of tomorrow", "fork", "fork without token"),
    *("await", "await, cancelled", "await, failed"),
)

WINDOWS_ROWS = (
    *("success", "wrong API key", "logger", "deadline", "refresh", "stats", "cancel of one call"),
    *("await", "await, cancelled", "await, failed"),
)


def build(out):
    tools = venv(TOOLS / "python", *CHECKERS)
    for platform, library in libraries().items():
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder)
            copy([*PACKAGING.glob("*.*"), *documents(), ROOT / "Cargo.toml"], source)
            (source / "README.md").write_text(readme("python"))
            caches = shutil.ignore_patterns("__pycache__")
            shutil.copytree(SOURCE / "momo", source / "momo", ignore=caches)
            name = "momo.dll" if library.suffix == ".dll" else "libmomo.so.0"
            shutil.copy(library, source / "momo" / name)
            environment = os.environ | {"LIBMOMO_WHEEL_PLATFORM": TAGS[platform], "HATCH_QUIET": "1"}
            command = [tools, "-m", "hatchling", "build", "--target", "wheel", "--directory", out]
            subprocess.run(command, cwd=source, env=environment, check=True)


def install(out, place):
    # A folder as users have them, too.
    shop = place / "a caf\u00e9's shop"
    links = "--no-index", "--find-links", out, "--find-links", wheelhouse()
    python = venv(shop / "venv", *links, "libmomo", "--requirement", REQUIREMENTS)
    copy(SOURCE.glob("*.py"), shop)
    copy((SOURCE / "server").glob("*.py"), shop / "server")
    table = scenarios(SOURCE)
    rows = [row for row in table if row["name"] in ROWS]

    def installed(name, interpreter, more=(), **variables):
        programs = {name: [*interpreter, f"{name}.py"] for name in ("get_token", "exercise")}
        return Installed(name, shop, **programs, variables=variables, rows=[*rows, *more])

    def unpacked(tag):
        """The folder that pip puts the wheel of another platform in."""
        folder = place / tag
        other = "--platform", tag, "--only-binary", ":all:", "--target", folder
        interpreters.run([*pip(python), *other, "--no-index", "--find-links", out, "libmomo"])
        return str(folder)

    more = list(fast_api(python))
    if not packages.long:
        return [installed("glibc", [python], [*more, *checks(out, python)])]
    arm64 = interpreters.arm64("python3.11")
    path = unpacked(TAGS["aarch64-linux-gnu"])
    more = [*more, *interpreters.arm64_rows(table, arm64, ".py", PYTHONPATH=path)]
    path = "Z:" + unpacked(TAGS["x86_64-windows"]).replace("/", "\\")
    variables = {"PYTHONPATH": path, "PYTHONUTF8": "1"}
    more = [*more, *wine.rows(table, WINDOWS_ROWS, wine.python(), ".py", **variables)]
    musl = [interpreters.musl("python3")]
    return [
        installed("glibc", [python], [*more, *checks(out, python)]),
        installed("musl", musl, PYTHONPATH=unpacked(TAGS["x86_64-linux-musl"])),
    ]


def fast_api(python):
    server = ["-m", "gunicorn", "--chdir", "server", "--workers", "4", "--worker-class", "asgi"]
    command = [python, *server, "--bind", "127.0.0.1:0", "shop:app"]
    return servers.prefork("FastAPI", command, ["--path=/pay", "--workers=4"])


def checks(out, python):
    """Rows about the package itself. The last one takes it away."""
    tools = TOOLS / "python/bin/python"
    script = ROOT / "scripts/packages/python_checks.py"

    def row(name, expected, *arguments):
        command = [tools, script, *arguments]
        environment = {"LIBMOMO_PLATFORMS": " ".join(chosen)}
        return {"name": name, "command": command, "env": environment, "expect": expected, "requests": 0}

    wheels = len(list(out.iterdir()))
    good = {"wheels": wheels, "same": wheels, "metadata": 0, "glibc 2.17": True}
    loading = {
        "beside": True,
        "missing": {"match": "^ImportError: .*/nowhere.*pip install libmomo.*LIBMOMO_PATH"},
        "archive": {"match": "^ImportError: .*archive: unpack it"},
    }
    return [
        row("wheels", good, "wheels", out),
        row("loading", loading, "loading", python),
        row("types", {"program": 0, "wrapper": 0, "wrapper on Windows": 0}, "types", python),
        row("uninstall", {"left": [], "import": "ModuleNotFoundError"}, "uninstall", python),
    ]


def wheelhouse():
    """What the server needs, so that a check asks no registry a second time."""
    folder = TOOLS / "python/wheels"
    have = folder / REQUIREMENTS.name
    if not have.exists() or have.read_text() != REQUIREMENTS.read_text():
        shutil.rmtree(folder, ignore_errors=True)
        python = venv(TOOLS / "python", *CHECKERS)
        command = [python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, "--dest", folder, "--requirement", REQUIREMENTS], check=True)
        copy([REQUIREMENTS], folder)
    return folder


def pip(python):
    return [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def venv(folder, *wanted):
    """The interpreter of a virtual environment with these packages, made where it is not there."""
    python = folder / "bin/python"
    # The last file that is written: what was interrupted is made anew.
    done = folder / "packages"
    names = "\n".join(map(str, wanted))
    if not done.exists() or done.read_text() != names:
        subprocess.run(["python3", "-m", "venv", "--clear", folder], check=True)
        subprocess.run([*pip(python), *wanted], check=True)
        done.write_text(names)
    return python
