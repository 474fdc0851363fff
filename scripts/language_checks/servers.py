"""Rows of a check: servers under load, and as many tokens as processes that cannot share one."""

import sys

from . import ROOT

LOAD = [sys.executable, str(ROOT / "scripts/packages/load.py")]
PAGES = 1000


def rows(title, command, workers=1, exit_code=0):
    """What load.py tells of one server, and of two that share tokens through a directory.

    `workers` is how many processes one server has for its requests, `exit_code` what it ends with
    after a SIGTERM.
    """
    yield {
        "name": title,
        "command": [*LOAD, f"--requests={PAGES}", "--", *command],
        "path": "/delay-300",
        "expect": {"pages": PAGES, "workers": workers, "tokens": workers, "exits": [exit_code]},
        "requests": workers,
    }
    yield {
        "name": f"two of {title}, one cache",
        "command": [*LOAD, f"--requests={PAGES}", "--processes=2", "--shared-cache", "--", *command],
        "path": "/delay-300",
        "expect": {"pages": PAGES, "workers": 2 * workers, "tokens": 1, "exits": 2 * [exit_code]},
        "requests": 1,
    }


def prefork(title, command, options=(), **more):
    """What load.py tells of a server with four workers, without and with a directory for tokens."""
    for name, tokens, shared in ((title, 4, []), (f"{title}, one cache", 1, ["--shared-cache"])):
        yield {
            "name": name,
            "command": [*LOAD, f"--requests={PAGES}", *options, *shared, "--", *command],
            "path": "/delay-300",
            "expect": {"pages": PAGES, "workers": 4, "tokens": tokens, "exits": [0]},
            "requests": tokens,
        } | more
