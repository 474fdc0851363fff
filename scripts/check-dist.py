#!/usr/bin/env python3
"""Unpacks what `make dist` has made, each in a clean place, and uses it from C there.

Natively, under qemu, by musl's loader, under wine, and, with --long, in a fresh Debian. The last
line is "N passed, M failed". LIBMOMO_PLATFORMS="x86_64-linux-gnu …" leaves other platforms out.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

sys.dont_write_bytecode = True  # The source tree stays as it was checked out.

from dist_checks import SCENARIOS, contents, debian, peers, platform, windows  # noqa: E402
from language_checks import checks, gateway, language  # noqa: E402
from language_checks.packages import Installed  # noqa: E402

PLATFORMS = [platform.Native, platform.Arm, platform.Musl, platform.MuslArm, windows.Windows]
# What the static library is asked for: whether it links and runs, the rest is the same code.
STATIC = ("token", "untrusted certificate", "8 threads")


def prepared(row, place, program, listener, name_server, ca):
    """The row, with what it leaves open filled in for this place."""
    command = place.command(program, *row.get("args", []))
    if row.get("name_server") == "silent":
        command = name_server.in_front(command, place.name_server_file())
    variables = dict(row.get("env", {}))
    if row.get("trusted_by_system"):
        variables |= place.trust(ca)
    for name, value in variables.items():
        folder = place.shown(place.place)
        variables[name] = value.replace("$FULL", listener.base_url).replace("$PLACE", folder)
    return row | {"command": command, "args": [], "env": variables}


def scenarios_of(place, wanted):
    """Pairs of a program and a row for it."""
    for row in SCENARIOS:
        if wanted and row["name"] not in wanted:
            continue
        if row.get("platform", "") not in place.archive:
            continue
        yield row.get("program", "exercise"), row
        for program in place.static_programs if row["name"] in STATIC else ():
            yield program, row


def run_scenarios(results, place, wanted):
    listener, name_server = peers.FullListener(), peers.SilentNameServer(place.place)
    with gateway.Gateway() as mock, closing(listener), closing(name_server):
        ca = Path(mock.environment["MOMO_CA"])
        place.prepare(ca)
        for program, row in scenarios_of(place, wanted):
            runner = Installed(place.name, place.place, variables=place.variables())
            full = prepared(row, place, program, listener, name_server, ca)
            title = f"{row['name']}, {program}"
            results.check(title, lambda: checks.scenario(runner, mock, full))


def check_place(place, wanted):
    """Whether each check passed."""
    begin, results = time.monotonic(), checks.Results()
    results.check("unpack", place.unpack)
    if not results.failed():
        results.check("build", place.build)
    if not results.failed():
        for title, call in place.properties():
            results.check(title, call)
        run_scenarios(results, place, wanted)
    return results.tell(f"{place.name}, {time.monotonic() - begin:.0f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true", help="in a fresh Debian, too")
    names = {"type": lambda text: text.split(","), "default": [], "metavar": "NAME,…"}
    parser.add_argument("--scenario", **names, help="of tests/platforms/scenarios.json")
    parser.add_argument("--install", action="store_true", help="install what is needed and end")
    options = parser.parse_args()

    chosen = os.environ.get("LIBMOMO_PLATFORMS", "").split()
    places = [one for one in PLATFORMS if not chosen or one.name in chosen]
    if options.long:
        places += [one for one in [debian.Debian] if not chosen or one.archive in chosen]
    if os.geteuid() != 0:
        sys.exit("name servers are set, and a Debian is made, in namespaces: run this as root")
    needs = {each for one in places for each in one.debian} | {"gpg=gpg", "minisign=minisign"}
    language.install_packages(needs)
    if options.install:
        return 0

    sums = checks.Results()
    sums.check("checksums", contents.check_sums)
    sums.check("signature", contents.check_signature)
    sums.check("source", contents.check_source)
    outcomes = sums.tell("the release")
    for one in places:
        folder = Path(tempfile.mkdtemp(prefix="libmomo-dist-"))
        folder.chmod(0o755)
        place = one(folder)
        try:
            outcomes += check_place(place, options.scenario)
        finally:
            place.close()
            shutil.rmtree(folder)
    return checks.closing_line(outcomes.count(True), outcomes.count(False))


if __name__ == "__main__":
    sys.exit(main())
