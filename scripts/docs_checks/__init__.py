"""What scripts/docs.py is made of."""

import os
import re
import sys

from language_checks import ROOT
from language_checks.checks import Failed

__all__ = ["Failed", "PAGES", "ROOT", "inherited", "refuse"]

PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md"]
PAGES += sorted(f"docs/{path.name}" for path in ROOT.glob("docs/*.md"))

# The names and anchors of pages are those of the site.
sys.path.append(str(ROOT / "packaging/doxygen"))


def refuse(what, wrong):
    """Fails if there is anything wrong."""
    if wrong:
        raise Failed("\n".join([what, *wrong]))


OPTIONS = re.compile("(MOMO|LIBMOMO|CARGO|SSL_CERT)_|LD_LIBRARY_PATH|.*_proxy$", re.I)


def inherited():
    """What a command may know of the caller's environment: where programs are, and no option."""
    return {name: value for name, value in os.environ.items() if not OPTIONS.match(name)}
