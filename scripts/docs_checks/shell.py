"""Blocks of shell commands. Those of a page run one after the other, as its reader types them."""

import re

from . import Failed
from .world import run


class Session:
    """The shell of one page: what a block exports is there in the next."""

    def __init__(self, world, page):
        self._environment = world.environment()
        self._environment["PATH"] = f"{world.stand_ins}:{self._environment['PATH']}"
        self._folder = world.checkout(page.replace("/", "-"))
        self._state = self._folder / "exported"
        self._state.touch()

    def keep(self, block):
        """A block whose first line is a comment with a file's name is that file for the shell."""
        name = re.match(r"(?:#|//|;|/\*|<\?php //) ([\w-]+\.\w+)(?: \*/)?\n", block.text)
        if name:
            (self._folder / name[1]).write_text(block.text)

    def run(self, script, is_checked=True):
        options = "set -eu -o pipefail" if is_checked else "set -u"
        whole = f". {self._state}\n{options}\n{script}\nexport -p >{self._state}\n"
        return run(["bash", "-c", whole], self._folder, self._environment)


def sh(session, block):
    return session.run(block.text)


def console(session, block):
    """Commands behind a $, each with what it prints. … stands for anything."""
    parts = re.split(r"^\$ ", block.text, flags=re.M)
    if parts[0] or len(parts) == 1:
        raise Failed("it does not begin with a command")
    printed = ""
    for part in parts[1:]:
        command = re.match(r"(?:.*\\\n)*.*\n", part)[0]
        # That a command fails may be what is shown; what it prints tells.
        output = session.run(command, is_checked=False)
        compare(part[len(command) :], output)
        printed += output
    return printed


def compare(shown, printed):
    if not shown.strip("… \n") and printed.strip():
        raise Failed(f"it says nothing of what was printed:\n{printed}")
    pattern = ".*".join(re.escape(piece) for piece in shown.strip().split("…"))
    if not re.fullmatch(pattern, printed.strip(), re.S):
        raise Failed(f"it printed\n{printed}")
