"""What scripts/build-packages.py and scripts/check-packages.py are made of: a module per language.

Each has
    TITLE                  the language's name
    DEBIAN                 the packages of Debian that building and testing need
    build(out)             makes the package from the wrapper in bindings/, into the folder `out`
    install(out, place)    installs it from there into the empty folder `place`, as its users do, and
                           returns one installed.Installed per C library that it can run on here
"""

import json
import os
import re

from language_checks import ROOT, VERSION

TOOLS = ROOT / "build/tools"
PACKAGES = ROOT / "build/packages"
LANGUAGES = ("python", "javascript", "ruby", "php", "java", "go", "csharp")

# Whether a check may take its time: scripts/check-packages.py --long.
long = False

# By the names that scripts/dist/build.sh knows; the environment may say that some are enough.
PLATFORMS = {
    "x86_64-linux-gnu": f"lib/libmomo.so.{VERSION}",
    "aarch64-linux-gnu": f"lib/libmomo.so.{VERSION}",
    "x86_64-linux-musl": f"lib/libmomo.so.{VERSION}",
    "aarch64-linux-musl": f"lib/libmomo.so.{VERSION}",
    "x86_64-windows": "bin/momo.dll",
}
chosen = os.environ.get("LIBMOMO_PLATFORMS", " ".join(PLATFORMS)).split()


def platform_folder(platform):
    return ROOT / "build/dist" / platform


def libraries():
    """The shared library of each platform that packages are to have, by the platform's name."""
    return {name: platform_folder(name) / PLATFORMS[name] for name in chosen}


def documents():
    """What every package has beside its own README."""
    return [ROOT / name for name in ("LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md")]


def scenarios(source=None):
    """The rows of every language, and those of the one whose folder `source` is."""
    common = json.loads((ROOT / "bindings/scenarios.json").read_text())
    return common + (json.loads((source / "manifest.json").read_text())["extra"] if source else [])


def readme(language):
    """packaging/LANGUAGE/README.md, with the table of docs/options.md in it."""
    options = (ROOT / "docs/options.md").read_text()
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", options[options.index("Durations") :])
    return (ROOT / "packaging" / language / "README.md").read_text().replace("@OPTIONS@\n", plain)
