#!/usr/bin/env python3
"""Markdown pages in the form that Doxygen 1.9 takes: pages.py FOLDER

The pages are written for a code host. It gives each heading an anchor, and a link leads to a file
of the repository. Doxygen needs labels and references in their place. A link that leads nowhere
is an error.
"""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADER = "include/momo.h"
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
# Of code, up to the same fence again.
BLOCK = re.compile(
    r"^ *(?P<fence>`{3,}|~{3,})(?P<language>.*)\n(?P<code>(?:.*\n)*?) *(?P=fence) *$", re.M
)


def _pages():
    found = {}
    for pattern in "docs/*.md", "*.md", "*/README.md", "*/*/README.md":
        for file in sorted(ROOT.glob(pattern)):
            path = file.relative_to(ROOT)
            folder = "-".join(path.parts[:-1]) or "project"
            name = path.stem if folder == "docs" else f"{folder}-{path.stem.lower()}"
            if path.parts[0] not in ("build", "target", "packaging"):
                found.setdefault(path.as_posix(), name)
    return found


# The name of each page, by its file.
PAGES = _pages()


class Slugs:
    """The anchors that a code host gives to the headings of one page."""

    def __init__(self):
        self._seen = {}

    def of(self, heading):
        words = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
        number = self._seen.get(slug, 0)
        self._seen[slug] = number + 1
        return f"{slug}-{number}" if number else slug


def target(path, link):
    """The file or folder that a relative link of a page leads to, and the anchor."""
    file, _, anchor = link.partition("#")
    if not file:
        return path, anchor
    return os.path.normpath(os.path.join(os.path.dirname(path), file)), anchor


def reference(path, link):
    """A link as Doxygen takes it. A file that is no page has none: its name stays."""
    words, address = link.groups()
    if re.match(r"[a-z]+:", address):
        return link[0]
    file, anchor = target(path, address)
    name = PAGES.get(file) or PAGES.get(f"{file}/README.md")
    if name:
        return f"[{words}](@ref {name}{anchor and '-'}{anchor})"
    if file == HEADER:
        return f"[{words}](@ref momo.h)"
    if not (ROOT / file).exists():
        sys.exit(f"{path}: {address}: no such file")
    return words


def page(path, text):
    name, slugs = PAGES[path], Slugs()

    def heading(found):
        slug = slugs.of(found[2])
        label = name if found[1] == "#" else f"{name}-{slug}"
        words = LINK.sub(r"\1", found[2]).replace("#", "&#35;")
        # Doxygen itself labels the first page.
        return f"{found[1]} {words}" + (f" {{#{label}}}" if label != "index" else "")

    def prose(text):
        linked = LINK.sub(lambda link: reference(path, link), text)
        return re.sub(r"^(#+) (.*)$", heading, linked, flags=re.M)

    out, end = "", 0
    for block in BLOCK.finditer(text):
        out += prose(text[end : block.start()]) + block[0]
        end = block.end()
    return out + prose(text[end:])


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    for path, name in PAGES.items():
        (folder / f"{name}.md").write_text(page(path, (ROOT / path).read_text()))


if __name__ == "__main__":
    main()
