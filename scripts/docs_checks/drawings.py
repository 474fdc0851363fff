"""Blocks that are drawings, or lists of files: what they name is there."""

import re

from . import ROOT, Failed

LINES = re.compile(r"[|─│┌└├▼▲]|-->|<--|\s[v^]\s")
WHERE = "", "src", "src/gateway"


def tree(block):
    """A path at the beginning of each line, then what it is for."""
    paths = [line.split()[0] for line in block.text.splitlines() if not line.startswith(" ")]
    missing = [path for path in paths if not (ROOT / path).exists()]
    if missing or not paths:
        raise Failed(f"there is no {', '.join(missing) or 'path'}")


def diagram(block):
    if not LINES.search(block.text):
        raise Failed("there is no line in it: is it a drawing?")
    names = re.findall(r"[\w./-]+\.(?:rs|c|h|py)\b", block.text)
    missing = [name for name in names if not any((ROOT / at / name).exists() for at in WHERE)]
    header = (ROOT / "include/momo.h").read_text()
    functions = re.findall(r"\bmomo_\w+", block.text)
    missing += [name for name in functions if f"{name}(" not in header]
    if missing:
        raise Failed(f"there is no {', '.join(missing)}")


KINDS = {"diagram": diagram, "tree": tree}
