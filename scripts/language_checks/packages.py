"""Packages: what every bindings/LANGUAGE/package.py builds and checks its package with.

Such a file has
    DEBIAN                 packages of Debian that it needs beside those of the manifest
    build(out, folder)     makes the package from the language's wrapper, into the folder `out`;
                           `folder` is an empty one, to lay files out in
    install(out, place)    installs it from there into the empty folder `place`, as its users do, and
                           returns one Installed per C library that it can run on here
"""

import importlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from notices import PROJECT, notices, read

from . import PLATFORMS, ROOT, VERSION
from .language import Language

TOOLS = ROOT / "build/tools"
PACKAGES = ROOT / "build/packages"
BINDINGS = ROOT / "bindings"
sys.path.append(str(BINDINGS))  # each LANGUAGE/package.py, and servers.py
# The folder of a user may have any name.
SHOP = "a caf\u00e9's shop"

# How NuGet, JNA and pip call each platform, and what Node's wrapper puts together from what Node
# tells of itself. JNA's names for musl are LibraryLocator.java's.
NAMES = """
platform            csharp            java                javascript        python
x86_64-linux-gnu    linux-x64         linux-x86-64        linux-x64-gnu     manylinux2014_x86_64
aarch64-linux-gnu   linux-arm64       linux-aarch64       linux-arm64-gnu   manylinux2014_aarch64
x86_64-linux-musl   linux-musl-x64    linux-musl-x86-64   linux-x64-musl    musllinux_1_1_x86_64
aarch64-linux-musl  linux-musl-arm64  linux-musl-aarch64  linux-arm64-musl  musllinux_1_1_aarch64
x86_64-windows      win-x64           win32-x86-64        win32-x64         win_amd64
"""

# Of the commands of the row that is under way.
said = []
# Whether a check may take its time: scripts/packages.py check --long.
long = False

# Of scripts/platforms; the environment may say that some are enough.
chosen = os.environ.get("LIBMOMO_PLATFORMS", " ".join(PLATFORMS)).split()


def languages():
    """The names of the languages that have a package."""
    return sorted(path.parent.name for path in BINDINGS.glob("*/package.py"))


def load(name):
    return importlib.import_module(f"{name}.package")


def build(name, out):
    with tempfile.TemporaryDirectory() as folder:
        load(name).build(out, Path(folder))


def is_same(name, out):
    """Whether a second build has the same bytes."""
    with tempfile.TemporaryDirectory() as again:
        build(name, Path(again))
        return all(file.read_bytes() == Path(again, file.name).read_bytes() for file in out.iterdir())


def platform_folder(platform):
    return ROOT / "build/dist" / platform


def libraries():
    """The shared library of each platform that packages are to have, by the platform's name."""
    return {name: platform_folder(name) / PLATFORMS[name][1] for name in chosen}


def platform_names(language):
    head, *rows = [line.split() for line in NAMES.strip().splitlines()]
    return {row[0]: row[head.index(language)] for row in rows}


def put_library(library, folder):
    """Equal modes make equal archives."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(library, folder / ("momo.dll" if library.suffix == ".dll" else "libmomo.so.0"))


def filled(text):
    """A file of a package, with what packaging/project.toml says in place of the placeholders."""
    for name, value in ({"version": VERSION} | PROJECT).items():
        text = text.replace(f"@{name.upper()}@", value)
    if re.search("@[A-Z_]+@", text):
        raise ValueError(f"packaging/project.toml does not say all of this: {text}")
    return text.replace("example.com/momo", PROJECT["module"]).replace("com.example", PROJECT["group"])


def documents(language, platforms=chosen):
    """Pairs of a name and what it holds: the page of the language, the licences, what has changed."""
    yield "README.md", readme(language)
    yield "CHANGELOG.md", without_links((ROOT / "CHANGELOG.md").read_text())
    for name in ("LICENSE-MIT", "LICENSE-APACHE"):
        yield name, (ROOT / name).read_text()
    parts = [part for name in platforms for part in read(platform_folder(name))[1]]
    yield "THIRD-PARTY.txt", notices(f"libmomo {VERSION} for {', '.join(platforms)}", parts)


def put_documents(language, folder, platforms=chosen):
    for name, text in documents(language, platforms):
        (folder / name).write_text(text)


def readme(language):
    """The page of a language as it stands outside of this repository, with a table of the options."""
    text, _, _ = filled((BINDINGS / language / "README.md").read_text()).partition("## In this repo")
    options = (ROOT / "docs/options.md").read_text()
    options = f"## Options\n\n{options[options.index('Durations') :]}"
    return without_links(text.replace("../../docs/options.md", "#options") + options)


def without_links(text):
    """No other page is there: the words of a link stay."""
    return re.sub(r"\[([^]]*)\]\((?!https?:|#)[^)]*\)", r"\1", text)


def scenarios(language, names):
    """The rows of these names, of the table and of the language's own."""
    return [row for row in Language(BINDINGS / language).rows() if row["name"] in names]


def rows_on(where, rows, command, suffix, **variables):
    """These rows for an interpreter of another platform: `command` before a program."""
    for row in rows:
        program = row.get("program", "exercise") + suffix
        own = {"command": [*command, program], "env": row.get("env", {}) | variables}
        yield row | own | {"name": f"{row['name']} on {where}"}


def row(name, command, expected, **variables):
    """One that asks the gateway for nothing."""
    words = [str(word) for word in command]
    return {"name": name, "command": words, "env": variables, "expect": expected, "requests": 0}


def call(name, function, expected):
    """A row that is a function here, and no program."""
    return {"name": name, "call": function, "expect": expected}


def commands(*words, suffix):
    """Those of the two programs of bindings/: `words` before each."""
    words = [str(word) for word in words]
    return {name: [*words, name + suffix] for name in ("get_token", "exercise")}


@dataclass
class Installed:
    """A package as it was installed, with the programs that use it.

    It takes the place of a language_checks.language.Language in language_checks.checks.
    """

    name: str  # of the C library: glibc or musl
    folder: os.PathLike  # where programs run: outside of the source tree
    get_token: list = ()  # the commands of the two programs of bindings/
    exercise: list = ()
    variables: dict = field(default_factory=dict)  # what users set, too: GEM_HOME, CLASSPATH
    rows: list = field(default_factory=list)  # scenarios of this package alone
    emulated: bool = False  # its processor is

    def get(self, name):
        return {"get_token": self.get_token, "exercise": self.exercise}.get(name)

    def environment(self):
        """Where programs are, and nothing that helps to find libmomo."""
        return {
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
        } | self.variables

    def expand(self, words):
        return words


def write_archive(path, files):
    """A zip that has nothing of the time and the machine of its build in it.

    `files` are pairs of a name and what it holds, text or bytes, in their order.
    """
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files:
            entry = zipfile.ZipInfo(name)  # of the year 1980
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)


def tree(folder, prefix=""):
    """The files below a folder, for `write_archive`."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield prefix + file.relative_to(folder).as_posix(), file.read_bytes()


def copy(files, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copy(file, folder)


def replace(file, old, new):
    """In a program's copy: how it names the wrapper."""
    text = file.read_text()
    if old not in text:
        raise ValueError(f"{file.name} has no {old}")
    file.write_text(text.replace(old, new))


def said_by(*command, folder=None):
    """Exit code and what it said, which a row that fails shows."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, cwd=folder, text=True, **streams)
    said.append(done.stdout)
    return done.returncode, done.stdout


def pip(python):
    return [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def venv(folder, *wanted):
    """The interpreter of a virtual environment with these packages."""
    python = folder / "bin/python"
    subprocess.run(["python3", "-m", "venv", folder], check=True)
    subprocess.run([*pip(python), *wanted], check=True)
    return python
