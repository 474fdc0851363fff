#!/usr/bin/env python3
"""Runs every language of bindings/ through every scenario of its table.

Installs what a language needs, builds it, and runs it against the mock gateway. The last line is
"N passed, M failed". To develop one language, take --only and --scenario.
"""

import argparse
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

sys.dont_write_bytecode = True  # The source tree stays as it was checked out.

from language_checks import ROOT, checks, gateway, language  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = {"type": lambda text: text.split(","), "default": [], "metavar": "NAME,…"}
    parser.add_argument("--only", **names, help="these languages, by their folders")
    parser.add_argument("--scenario", **names, help="these scenarios")
    parser.add_argument("--jobs", type=int, default=4, help="languages at a time (4)")
    parser.add_argument("--install", action="store_true", help="install what is needed and end")
    return parser.parse_args()


def planned(one, mock):
    """Every check of a language by its name."""
    for row in one.rows():
        if one.get(row.get("program", "exercise")) or "command" in row:
            yield row["name"], lambda row=row: checks.scenario(one, mock, row)
    if one.get("readme", "README.md"):
        yield "readme", lambda: checks.readme(one)


def run_language(one, wanted):
    begin, results = time.monotonic(), checks.Results()
    with gateway.Gateway() as mock:
        results.check("build", lambda: checks.build(one))
        for name, call in [] if results.failed() else planned(one, mock):
            if not wanted or name in wanted:
                results.check(name, call)
    return results, time.monotonic() - begin


def main():
    options = arguments()
    languages = language.find(options.only)
    language.install(languages)
    if options.install:
        return 0
    if not language.LIBRARY.exists():
        subprocess.run([ROOT / "scripts/build.sh", "--quiet"], check=True)

    outcomes = []
    with ThreadPoolExecutor(options.jobs) as pool:
        wanted = options.scenario
        running = {pool.submit(run_language, one, wanted): one for one in languages}
        for future in as_completed(running):
            results, seconds = future.result()
            outcomes += results.tell(f"{running[future].title}, {seconds:.0f} s")
    return checks.closing_line(outcomes.count(True), outcomes.count(False))


if __name__ == "__main__":
    sys.exit(main())
