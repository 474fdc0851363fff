#!/usr/bin/env python3
"""The documentation: docs.py build|check

`build` makes a site in build/docs/html and manual pages in build/docs/man. An undocumented function
or a broken link fails it. `check` runs each block of code, and follows each link and name.

Every block of README.md and docs/*.md is run or compiled whole, or read by the program that it
configures; its language tag decides how. A block of a kind that is not known fails. The last line
is "N passed, M failed".
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True  # The source tree stays as it was checked out.

from docs_checks import PAGES, ROOT, Failed  # noqa: E402
from docs_checks import configuration, facts, markdown, programs  # noqa: E402
from docs_checks.world import World, run  # noqa: E402
from language_checks import VERSION, checks, language  # noqa: E402

PROGRAMS = programs.KINDS | configuration.KINDS
BUILT = ROOT / "build/docs"


def build():
    subprocess.run([ROOT / "scripts/deps.sh", "docs"], check=True)
    # The manual pages have the date of the commit.
    date = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True)
    epoch = date.stdout.decode().strip() or str(int(time.time()))
    variables = {"MOMO_VERSION": VERSION, "SOURCE_DATE_EPOCH": epoch, "TZ": "UTC"}
    shutil.rmtree(BUILT, ignore_errors=True)
    for command in (
        [sys.executable, "-B", "packaging/doxygen/pages.py", BUILT / "pages"],
        ["doxygen", "packaging/doxygen/Doxyfile"],
    ):
        run(command, ROOT, variables | os.environ, seconds=600)
    # Doxygen writes a page for every field and enumerator, too.
    for page in (BUILT / "man/man3").iterdir():
        if not page.name.startswith("momo_") and page.name not in ("momo.h.3", "libmomo.3"):
            page.unlink()


def check_page(page, world):
    """Each block of a page, in order: what one block sets or prints is there for the next."""
    session, results, printed = programs.Session(world, page), checks.Results(), None

    def check(block):
        session.keep(block)
        if block.language in programs.SHELL:
            return programs.SHELL[block.language](session, block)
        if block.language in PROGRAMS:
            folder = world.project(f"{page.replace('/', '-')}-{block.line}")
            return PROGRAMS[block.language](world, folder, block)
        if block.language in ("diagram", "tree"):
            facts.check_drawing(block)
        elif block.language != "text":
            raise Failed("a kind that is not known: nothing tells whether it is right")
        elif printed is None:
            raise Failed("there is no block before it whose output it could be")
        else:
            programs.compare(block.text, printed)
        return printed

    for block in markdown.blocks(page):
        printed = results.check(str(block), lambda: check(block))
    return results


def check_site():
    """It builds, and each function has a manual page that mandoc can read."""
    build()
    functions = run(["scripts/symbols.sh"], ROOT, None).split()
    man = [f"man3/{name}.3" for name in functions]
    # Doxygen's style is its own; -W error is about what a reader would miss.
    run(["mandoc", "-Tlint", "-W", "error", *man], BUILT / "man", None)


WHOLE = {
    "every page is listed": markdown.check_every_page_is_listed,
    "each status has a section": facts.check_each_status_has_a_section,
    "names": facts.check_names,
    "files": facts.check_files,
    "tests": facts.check_tests,
    "messages": facts.check_messages,
    "figures of README.md": facts.check_readme_figures,
    "the site and the manual pages": check_site,
} | {f"links of {page}": lambda page=page: markdown.check_links(page) for page in PAGES}


def check_whole():
    results = checks.Results()
    for name, check in WHOLE.items():
        results.check(name, check)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["build", "check"])
    parser.add_argument("--only", metavar="PAGE", help="the blocks of this page alone")
    options = parser.parse_args()
    if options.what == "build":
        return build()
    pages = [page for page in PAGES if options.only in (None, page)]

    subprocess.run([ROOT / "scripts/deps.sh", "tests", "check-docs"], check=True)
    used = {block.language for page in pages for block in markdown.blocks(page)}
    language.install([one for one in language.find([]) if one.key in used & programs.KINDS.keys()])
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        world = World(Path(folder))
        try:
            found = [pool.submit(check_page, page, world) for page in pages]
            if not options.only:
                found.append(pool.submit(check_whole))
            results = checks.Results()
            for future in found:
                results |= future.result()
        finally:
            world.close()
    outcomes = results.tell("documentation")
    return checks.closing_line(outcomes.count(True), outcomes.count(False))


if __name__ == "__main__":
    sys.exit(main())
