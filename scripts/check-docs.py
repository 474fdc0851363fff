#!/usr/bin/env python3
"""Checks the documentation: each block of code runs, each link and name leads somewhere.

Every block of README.md and docs/*.md is run or compiled whole, or read by the program that it
configures; its language tag decides how. A block of a kind that is not known fails. The last line
is "N passed, M failed".
"""

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True  # The source tree stays as it was checked out.

from docs_checks import LANGUAGES_PAGE, PAGES, ROOT, Failed  # noqa: E402
from docs_checks import configuration, drawings, facts, links, needs, programs, shell  # noqa: E402
from docs_checks.markdown import blocks  # noqa: E402
from docs_checks.world import World, run  # noqa: E402
from language_checks import gateway, language, page as languages_page  # noqa: E402
from report import page as performance_page, recorded  # noqa: E402 of benches

PROGRAMS = programs.KINDS | configuration.KINDS
SHELL = {"sh": shell.sh, "console": shell.console}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="PAGE", help="the blocks of this page alone")
    return parser.parse_args()


def outcome(name, check):
    """The name, and why it failed or None."""
    try:
        check()
    except Failed as failure:
        print(f"FAILED {name}\n  {str(failure).rstrip()}".replace("\n", "\n  "), flush=True)
        return name, str(failure)
    return name, None


def page_outcomes(page, world):
    """Each block of a page, in order: what one block sets or prints is there for the next."""
    session, printed, outcomes = shell.Session(world, page), None, []
    for number, block in enumerate(blocks(page)):

        def check(block=block, number=number):
            nonlocal printed
            session.keep(block)
            if block.language in SHELL:
                printed = None  # where it fails
                printed = SHELL[block.language](session, block)
            elif block.language in PROGRAMS:
                printed = None
                folder = world.project(f"{page.replace('/', '-')}-{number}")
                printed = PROGRAMS[block.language](world, folder, block)
            elif block.language == "text":
                if printed is None:
                    raise Failed("there is no block before it whose output it could be")
                shell.compare(block.text, printed)
            elif block.language in drawings.KINDS:
                drawings.KINDS[block.language](block)
            else:
                raise Failed("a kind that is not known: nothing tells whether it is right")

        outcomes.append(outcome(str(block), check))
    return outcomes


def check_languages_page():
    """Its blocks are cut out of programs that scripts/languages.py runs."""
    if not languages_page.is_current(language.find([])):
        raise Failed(f"{LANGUAGES_PAGE} is not up to date: scripts/languages.py --docs writes it")


def check_performance():
    """Each figure of the page was recorded."""
    if not performance_page.is_current(recorded.results()):
        raise Failed("docs/performance.md is not what benches/write_page.py writes")


def check_site():
    """It builds, and each function has a manual page that mandoc can read."""
    run([ROOT / "scripts/docs.sh"], ROOT, None, seconds=600)
    functions = (ROOT / "packaging/abi/symbols").read_text().split()
    man = [f"man3/{name}.3" for name in functions]
    # Doxygen's style is its own; -W error is about what a reader would miss.
    run(["mandoc", "-Tlint", "-W", "error", *man], ROOT / "build/docs/man", None)


def main():
    options = arguments()
    pages = [page for page in PAGES if page != LANGUAGES_PAGE and options.only in (None, page)]
    needs.install([block for page in pages for block in blocks(page)])
    gateway.build()
    whole = [(f"links of {page}", lambda page=page: links.check_page(page)) for page in PAGES]
    whole += [
        ("every page is listed", links.check_every_page_is_listed),
        ("each status has an anchor", facts.check_each_status_has_an_anchor),
        ("names", facts.check_names),
        ("files", facts.check_files),
        ("messages", facts.check_messages),
        (LANGUAGES_PAGE, check_languages_page),
        ("figures", check_performance),
        ("figures of README.md", facts.check_readme_figures),
        ("the site and the manual pages", check_site),
    ]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        world = World(Path(folder))
        try:
            found = [pool.submit(page_outcomes, page, world) for page in pages]
            if not options.only:
                found += [pool.submit(lambda each=each: [outcome(*each)]) for each in whole]
            outcomes = [each for future in found for each in future.result()]
        finally:
            world.close()
    failed = [name for name, why in outcomes if why is not None]
    print(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
