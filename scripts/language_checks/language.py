"""A language: what its manifest says, and what it needs to be there."""

import json
import os
import string
import subprocess
import sys

from . import ROOT

LIBRARY = ROOT / "build/lib/libmomo.so"
# A call of `exercise` ends by what the scenario is about, on a busy machine too.
PATIENT = {f"MOMO_{name}TIMEOUT": "5m" for name in ("", "ATTEMPT_", "CONNECT_")}


class Language:
    def __init__(self, folder):
        self.folder = folder
        self.key = folder.name.removeprefix("examples-")
        self.build_folder = ROOT / "build/languages" / self.key
        manifest = folder / "manifest.json"
        if not manifest.exists():
            sys.exit(f"{manifest.relative_to(ROOT)} is missing: a language that nobody tests")
        self.manifest = json.loads(manifest.read_text())
        self.title = self.manifest["language"]

    def get(self, name, default=None):
        return self.manifest.get(name, default)

    def rows(self):
        """The scenarios: those of the common table that are for this language, and its own."""
        common = json.loads((ROOT / "bindings/scenarios.json").read_text())
        rows = [row for row in common if self.key in row.get("languages", [self.key])]
        for row in rows + self.get("extra", []):
            env = {} if row.get("program") == "get_token" else PATIENT
            yield row | {"env": env | row.get("env", {})}

    def environment(self, build=False):
        """Nothing of the caller's may count but where programs are; a build may need its proxy."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("MOMO_") and (build or not name.lower().endswith("_proxy"))
        }
        return kept | {
            "LC_ALL": "C.UTF-8",
            "LD_LIBRARY_PATH": str(LIBRARY.parent),
            "LIBMOMO_BUILD": str(self.build_folder),
            "LIBMOMO_INCLUDE": str(ROOT / "build/include"),
            "LIBMOMO_PATH": str(LIBRARY),
            "NODE_PATH": str(self.build_folder / "node_modules"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def expand(self, words):
        """$LIBMOMO_BUILD and the like, in a command that no shell sees."""
        return [string.Template(word).safe_substitute(self.environment()) for word in words]


def find(only):
    others = sorted(path for path in (ROOT / "bindings").iterdir() if path.is_dir())
    folders = {"c": ROOT / "examples-c", "tools": ROOT / "tools"}
    folders |= {path.name: path for path in others}
    unknown = [name for name in only if name not in folders]
    if unknown:
        sys.exit(f"no folder for {', '.join(unknown)}; there are {', '.join(folders)}")
    return [Language(folder) for name, folder in folders.items() if not only or name in only]


def install(languages):
    words = {package for one in languages for package in one.get("packages", [])}
    for one in languages:
        one.build_folder.mkdir(parents=True, exist_ok=True)
        words |= {f"npm:{one.build_folder}:{package}" for package in one.get("npm", [])}
    install_packages(words)


def install_packages(words):
    """What scripts/deps.sh knows: packages of Debian, PyPI, npm and crates.io."""
    if subprocess.run([ROOT / "scripts/deps.sh", *sorted(words)]).returncode != 0:
        sys.exit(1)
