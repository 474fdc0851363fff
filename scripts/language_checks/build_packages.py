#!/usr/bin/env python3
"""Makes the packages of the languages, from their wrappers and the libraries of all platforms.

LIBMOMO_PLATFORMS="x86_64-linux-gnu …" leaves other platforms out.
"""

import argparse
import importlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True  # The source tree stays as it was checked out.

import packages  # noqa: E402
from language_checks import language  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="NAME,…", default=",".join(packages.LANGUAGES))
    names = parser.parse_args().only.split(",")
    modules = {name: importlib.import_module(f"packages.{name}") for name in names}

    language.install_packages(sorted({each for one in modules.values() for each in one.DEBIAN}))
    subprocess.run([packages.ROOT / "scripts/dist/deps.sh"], check=True)
    for platform in packages.libraries():  # Cargo knows what has changed since.
        subprocess.run([packages.ROOT / "scripts/dist/build.sh", platform], check=True)
    for name, module in modules.items():
        out = packages.PACKAGES / name
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        module.build(out)
        for path in sorted(out.iterdir()):
            print(path.relative_to(packages.ROOT))


if __name__ == "__main__":
    main()
