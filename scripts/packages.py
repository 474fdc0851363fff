#!/usr/bin/env python3
"""Packages of the languages: makes them, or installs each in an empty place and uses it there.

    scripts/packages.py install|build|check [--only NAME,…]

`build` takes the wrappers and the libraries of all platforms, or of those that LIBMOMO_PLATFORMS
("x86_64-windows …") names. `check` takes the programs and scenarios of bindings/, outside of this
source tree; its last line is "N passed, M failed". Both install first what they need; `install` does
no more than that.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # The source tree stays as it was checked out.

from language_checks import ROOT, checks, gateway, interpreters, language, packages  # noqa: E402

# Of the table in bindings/: what a package can spoil.
COMMON = ("success", "wrong API key", "missing credential", "deadline", "calls", "refresh")
# Its 300 ms may be over before an emulated processor is through with the handshake.
TOO_SHORT_FOR_EMULATION = ("deadline",)


def build(name):
    out = packages.PACKAGES / name
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    packages.build(name, out)
    for path in sorted(out.iterdir()):
        print(path.relative_to(ROOT))


def check_row(installed, mock, row):
    if "call" in row:
        packages.said.clear()
        found = row["call"]()
        checks.compare(row["expect"], found, "\n" + "".join(packages.said))
    else:
        checks.scenario(installed, mock, row)


def check_package(name, module, wanted):
    results, table = checks.Results(), packages.scenarios(name, COMMON)
    place = Path(tempfile.mkdtemp(prefix=f"libmomo-{name}-"))
    try:
        found = results.check("install", lambda: module.install(packages.PACKAGES / name, place))
        with gateway.Gateway() as mock:
            for installed in found or []:
                for row in [*table, *installed.rows]:
                    if installed.emulated and row["name"] in TOO_SHORT_FOR_EMULATION:
                        continue
                    if not wanted or row["name"] in wanted:
                        title = f"{row['name']} ({installed.name})"
                        results.check(title, lambda row=row: check_row(installed, mock, row))
    finally:
        shutil.rmtree(place)
    return results


def check_all(modules, options):
    packages.long = options.long
    outcomes = []
    for name, module in modules.items():
        begin = time.monotonic()
        results = check_package(name, module, options.scenario)
        outcomes += results.tell(f"{name}, {time.monotonic() - begin:.0f} s")
    return checks.closing_line(outcomes.count(True), outcomes.count(False))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = {"type": lambda text: text.split(","), "metavar": "NAME,…"}
    parser.add_argument("what", choices=["install", "build", "check"])
    parser.add_argument("--only", **names, default=packages.languages())
    parser.add_argument("--scenario", **names, default=[])
    parser.add_argument("--long", action="store_true", help="by interpreters for musl and ARM, too")
    options = parser.parse_args()
    modules = {name: packages.load(name) for name in options.only}
    needs = {each for module in modules.values() for each in module.DEBIAN}
    needs |= {each for one in language.find(options.only) for each in one.get("packages")}
    if options.what != "check":
        needs.add("dist")
    if options.long:
        needs.update(interpreters.DEBIAN)
    language.install_packages(needs)
    if options.what == "install":
        return 0
    if options.what == "check":
        return check_all(modules, options)

    for platform in packages.libraries():  # Cargo knows what has changed since.
        subprocess.run([ROOT / "scripts/build.sh", "for", platform], check=True)
    for name in modules:
        build(name)
    subprocess.run([ROOT / "scripts/dist.sh", "sums", packages.PACKAGES], check=True)
    if "example.com" in packages.PROJECT["url"]:
        print("The packages name example.com: set packaging/project.toml before you publish them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
