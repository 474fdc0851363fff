"""docs/languages.md: the shortest program in each language, cut from tested files."""

import os
import textwrap

from . import ROOT

PAGE = ROOT / "docs/languages.md"
HEAD = """\
# Languages

The shortest working use of libmomo in each language. `make check` runs the programs that these
snippets are from. Each heading leads to a folder with the wrapper to copy into your project, a
complete program, and the commands to try it. [One table](wrappers.md) has what each wrapper calls
the rest.

`scripts/languages.py --docs` writes this page: change the programs instead.
"""


def snippet(path):
    """The lines between the two markers, or all of a file that has none."""
    lines = path.read_text().splitlines()
    marks = [number for number, line in enumerate(lines) if "momo-snippet-" in line]
    if marks:
        begin, end = marks
        lines = lines[begin + 1 : end]
    return textwrap.dedent("\n".join(lines)).strip("\n")


def text(languages):
    parts = [HEAD]
    for language in sorted(languages, key=lambda one: one.title):
        path = language.folder / language.get("snippet")["file"]
        folder = os.path.relpath(language.folder, PAGE.parent)
        parts.append(f"## [{language.title}]({folder})\n")
        fence = "sh" if path.suffix == ".sh" else language.key
        parts.append(f"```{fence}\n{snippet(path)}\n```\n")
    return "\n".join(parts)


def is_current(languages):
    return PAGE.exists() and PAGE.read_text() == text(languages)


def write(languages):
    PAGE.write_text(text(languages))
