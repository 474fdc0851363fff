"""What scripts/docs.py is made of."""

import os
import sys

from language_checks import ROOT
from language_checks.checks import Failed

__all__ = ["Failed", "LANGUAGES_PAGE", "PAGES", "ROOT", "inherited", "without"]

PAGES = ["README.md", "SECURITY.md", *sorted(f"docs/{path.name}" for path in ROOT.glob("docs/*.md"))]

# Pages that are written by a program are compared with what it writes now.
LANGUAGES_PAGE = "docs/languages.md"

# The names and anchors of pages are those of the site.
sys.path.append(str(ROOT / "packaging/doxygen"))


def without(environment, *prefixes):
    """The environment without the variables of these prefixes."""
    return {name: value for name, value in environment.items() if not name.startswith(prefixes)}


def inherited():
    """What a command may know of the caller's environment: where programs are, and no option."""
    kept = without(os.environ, "MOMO_", "LIBMOMO_", "CARGO_", "LD_LIBRARY_PATH", "SSL_CERT_")
    return {name: value for name, value in kept.items() if not name.lower().endswith("_proxy")}
