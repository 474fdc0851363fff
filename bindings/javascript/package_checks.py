"""Checks of the npm package itself: javascript_checks.py NAME PATH. Prints one JSON object."""

import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from packages import TOOLS, javascript  # noqa: E402


def said_by(*command, folder):
    """Exit code and what it said, which standard error gets too."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, cwd=folder, text=True, **streams)
    sys.stderr.write(done.stdout)
    return done.returncode, done.stdout


def package(folder):
    """What is in it, and whether two builds are the same."""
    (archive,) = Path(folder).glob("*.tgz")
    with tempfile.TemporaryDirectory() as again:
        javascript.build(Path(again))
        same = archive.read_bytes() == (Path(again) / archive.name).read_bytes()
    with tarfile.open(archive) as files:
        manifest = json.load(files.extractfile("package/package.json"))
        libraries = sorted(Path(name).parent.name for name in files.getnames() if "/lib/" in name)
    return {"version": manifest["version"], "libraries": libraries, "same": same}


def modules(folder):
    """A program of both kinds of modules has one wrapper, and one token."""
    program = """
        import * as imported from 'libmomo';
        import { createRequire } from 'node:module';
        const required = createRequire(import.meta.url)('libmomo');
        const names = Object.keys(required);
        console.log(names.length > 0 && names.every((name) => imported[name] === required[name]));
    """
    _, said = said_by("node", "--input-type=module", "--eval", program, folder=folder)
    return {"same": said.strip() == "true"}


def loading(folder):
    """Which library is loaded, and what is said where none can be."""
    program = """
        require('libmomo');
        const maps = require('node:fs').readFileSync('/proc/self/maps', 'utf8');
        console.log(maps.match(/\\/.*momo\\.so.*/)[0]);
    """
    _, loaded = said_by("node", "--eval", program, folder=folder)
    _, missing = said_by("env", "LIBMOMO_PATH=/nowhere", "node", "--eval", program, folder=folder)
    expected = next(Path(folder).glob("node_modules/libmomo/lib/linux-*-gnu/libmomo.so.0"))
    error = next((line for line in missing.splitlines() if line.startswith("Error")), missing)
    return {"beside": loaded.strip() == str(expected), "missing": error}


def types(folder):
    """One program as both kinds of modules."""
    tools = TOOLS / "javascript/node_modules"
    options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2024", "--lib", "es2024,esnext.disposable"]
    types = ["--types", "node", "--typeRoots", tools / "@types"]

    def compiled(suffix):
        program = Path(folder) / f"typed.{suffix}"
        program.write_bytes((javascript.SOURCE / "typed.ts").read_bytes())
        return said_by("node", tools / "typescript/bin/tsc", *options, *types, program, folder=folder)[0]

    return {"modules": compiled("mts"), "CommonJS": compiled("cts")}


def uninstall(folder):
    javascript.npm("uninstall", "libmomo", "express", folder=Path(folder))
    left = (Path(folder) / "node_modules").rglob("package.json")
    return {"left": [path.parent.name for path in left]}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](sys.argv[2])))
