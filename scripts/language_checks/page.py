"""docs/languages.md: the shortest use in every language, out of the files that are tested."""

import os
import textwrap

from . import ROOT

PAGE = ROOT / "docs/languages.md"
HEAD = """\
# Languages

The shortest working use of libmomo in each language, cut out of programs that `make check` runs.
The wrapper that a snippet uses is the file to copy into a project; it is in the folder that the
heading leads to, beside a complete program and the commands to try it.

Written by `scripts/languages.py --docs`: change the programs, not this page.
"""
FENCES = {
    ".c": "c",
    ".cjs": "javascript",
    ".cpp": "cpp",
    ".cs": "csharp",
    ".go": "go",
    ".java": "java",
    ".js": "javascript",
    ".m": "objc",
    ".mjs": "javascript",
    ".php": "php",
    ".py": "python",
    ".rb": "ruby",
    ".sh": "sh",
}


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
        parts.append(f"```{FENCES[path.suffix]}\n{snippet(path)}\n```\n")
    return "\n".join(parts)


def is_current(languages):
    return PAGE.exists() and PAGE.read_text() == text(languages)


def write(languages):
    PAGE.write_text(text(languages))
