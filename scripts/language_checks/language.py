"""A language: what its manifest says, and what it needs to be there."""

import json
import os
import shutil
import string
import subprocess
import sys

from . import ROOT

LIBRARY = ROOT / "build/lib/libmomo.so"


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
    install_packages(sorted({package for one in languages for package in one.get("packages", [])}))
    for language in languages:
        language.build_folder.mkdir(parents=True, exist_ok=True)
        install_npm(language)


def install_packages(packages):
    if not shutil.which("dpkg-query"):
        return  # Another system has other names: what is missing shows when it is used.
    query = ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *packages]
    known = subprocess.run(query, capture_output=True, text=True).stdout.splitlines()
    missing = [package for package in packages if f"{package} installed" not in known]
    if not missing:
        return
    if os.geteuid() != 0:
        sys.exit(f"the languages need more: apt-get install {' '.join(missing)} (as root)")
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    # One source that is out of reach is no reason to give up.
    subprocess.run([*apt, "update"], env=environment, check=False)
    subprocess.run(
        [*apt, "install", "-y", "--no-install-recommends", *missing],
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )


def install_npm(language):
    def is_there(package):
        name = package if "@" not in package[1:] else package.rpartition("@")[0]
        return (language.build_folder / "node_modules" / name).is_dir()

    missing = [package for package in language.get("npm", []) if not is_there(package)]
    if missing:
        npm = ["npm", "install", "--silent", "--no-save", "--no-audit", "--no-fund", "--prefix"]
        subprocess.run([*npm, language.build_folder, *missing], check=True)
