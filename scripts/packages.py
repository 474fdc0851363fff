#!/usr/bin/env python3
"""Installs each package into an empty place, outside of this source tree, and uses it there.

The programs and scenarios are those of bindings/; the last line is "N passed, M failed".
scripts/build-packages.py makes the packages.
"""

import argparse
import importlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # The source tree stays as it was checked out.

import packages  # noqa: E402
from language_checks import checks, gateway, language  # noqa: E402
from packages import interpreters, wine  # noqa: E402

# Of the table in bindings/: what a package can spoil.
COMMON = ("success", "wrong API key", "missing credential", "deadline", "logger", "refresh")
# Its 300 ms may be over before an emulated processor is through with the handshake.
TOO_SHORT_FOR_EMULATION = ("deadline",)


def check_package(name, module, table, wanted):
    """The result of each check: None where it passed, else what went wrong."""
    results = {}

    def check(title, call):
        try:
            done = call()
        except checks.Failed as failure:
            results[title] = str(failure)
            return None
        results[title] = None
        return done

    place = Path(tempfile.mkdtemp(prefix=f"libmomo-{name}-"))
    try:
        found = check("install", lambda: module.install(packages.PACKAGES / name, place))
        with gateway.Gateway() as mock:
            for installed in found or []:
                for row in [*table, *installed.rows]:
                    if installed.emulated and row["name"] in TOO_SHORT_FOR_EMULATION:
                        continue
                    if not wanted or row["name"] in wanted:
                        title = f"{row['name']} ({installed.name})"
                        check(title, lambda row=row: checks.scenario(installed, mock, row))
    finally:
        shutil.rmtree(place)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = {"type": lambda text: text.split(","), "metavar": "NAME,…"}
    parser.add_argument("--only", **names, default=packages.LANGUAGES)
    parser.add_argument("--scenario", **names, default=[])
    parser.add_argument("--long", action="store_true", help="by interpreters for musl and ARM, too: makes them")
    options = parser.parse_args()
    packages.long = options.long
    if options.long:
        language.install_packages([*interpreters.DEBIAN, *wine.DEBIAN])
    modules = {name: importlib.import_module(f"packages.{name}") for name in options.only}
    table = [row for row in packages.scenarios() if row["name"] in COMMON]

    gateway.build()
    passed, failed = 0, 0
    for name, module in modules.items():
        begin = time.monotonic()
        results = check_package(name, module, table, options.scenario)
        wrong = {row: why for row, why in results.items() if why is not None}
        passed, failed = passed + len(results) - len(wrong), failed + len(wrong)
        seconds = time.monotonic() - begin
        print(f"{module.TITLE}: {', '.join(row for row in results if row not in wrong)}: ok, {seconds:.0f} s")
        for row, why in wrong.items():
            print(f"  {row} FAILED: " + why.rstrip().replace("\n", "\n    "))
        sys.stdout.flush()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
