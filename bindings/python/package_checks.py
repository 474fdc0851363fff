"""Checks of the wheels themselves: python_checks.py NAME PATH. Prints one JSON object."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from packages import VERSION, python  # noqa: E402


def said_by(*command):
    """Exit code and what it said, which standard error gets too."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    sys.stderr.write(done.stdout)
    return done.returncode, done.stdout


def wheels(folder):
    """Their metadata, what they need of the system, and whether two builds are the same."""
    wheels = sorted(Path(folder).iterdir())
    with tempfile.TemporaryDirectory() as again:
        python.build(Path(again))
        same = sum(wheel.read_bytes() == (Path(again) / wheel.name).read_bytes() for wheel in wheels)
    metadata, _ = said_by(sys.executable, "-m", "twine", "--no-color", "check", "--strict", *wheels)
    tags = {}
    for wheel in wheels:
        tag = re.fullmatch(rf"libmomo-{re.escape(VERSION)}-py3-none-(.*)\.whl", wheel.name)[1]
        if tag.startswith("manylinux"):  # for musl, auditwheel has to run on musl
            _, said = said_by(sys.executable, "-m", "auditwheel", "show", wheel)
            tags[tag] = " ".join(said.split())
    oldest = [f'"{tag.replace("2014", "_2_17")}"' in said for tag, said in tags.items()]
    print(json.dumps({"wheels": len(wheels), "same": same, "metadata": metadata, "glibc 2.17": all(oldest)}))


def loading(interpreter):
    """Which library is loaded, and what is said where none can be."""
    package = next(Path(interpreter).parents[1].glob("lib/python*/site-packages/momo"))
    show = "import momo._native; print(momo._native.lib._name)"
    _, loaded = said_by(interpreter, "-c", show)
    _, missing = said_by("env", "LIBMOMO_PATH=/nowhere", interpreter, "-c", show)
    with tempfile.TemporaryDirectory() as folder:
        archive = shutil.make_archive(f"{folder}/momo", "zip", package.parent, "momo")
        _, archived = said_by("env", f"PYTHONPATH={archive}", interpreter, "-c", show)
    print(
        json.dumps(
            {
                "beside": loaded.strip() == str(package / "libmomo.so.0"),
                "missing": missing.splitlines()[-1],
                "archive": archived.splitlines()[-1],
            }
        )
    )


def types(interpreter):
    """A user's program, and the wrapper as it is installed."""
    mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir=/dev/null"]
    program, _ = said_by(*mypy, "--python-executable", interpreter, "typed.py")
    package = next(Path(interpreter).parents[1].glob("lib/python*/site-packages/momo"))
    with tempfile.TemporaryDirectory() as folder:  # away from what else is installed
        copied = shutil.copytree(package, f"{folder}/momo")
        wrapper, _ = said_by(*mypy, copied)
        windows, _ = said_by(*mypy, "--platform", "win32", copied)
    print(json.dumps({"program": program, "wrapper": wrapper, "wrapper on Windows": windows}))


def uninstall(interpreter):
    said_by(interpreter, "-m", "pip", "uninstall", "--yes", "libmomo")
    folder = next(Path(interpreter).parents[1].glob("lib/python*/site-packages"))
    left = sorted(path.name for path in folder.glob("*momo*"))
    _, said = said_by(interpreter, "-c", "import momo")
    print(json.dumps({"left": left, "import": said.splitlines()[-1].partition(":")[0]}))


if __name__ == "__main__":
    programs = {"wheels": wheels, "loading": loading, "types": types, "uninstall": uninstall}
    programs[sys.argv[1]](sys.argv[2])
