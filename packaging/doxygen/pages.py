"""The pages of the site: how each is called there, and where a link of the source leads."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADER = "include/momo.h"
HEADER_TITLE = "Functions and types"


def _pages():
    found = {"README.md": "readme", "CONTRIBUTING.md": "contributing", "CHANGELOG.md": "changelog"}
    found["SECURITY.md"] = "security-policy"
    found["mock-gateway/README.md"] = "mock-gateway"
    found["examples-ffi/README.md"] = "examples"
    for path in sorted(ROOT.glob("docs/*.md")):
        found[path.relative_to(ROOT).as_posix()] = path.stem
    for path in sorted(ROOT.glob("examples-ffi/*/README.md")):
        found[path.relative_to(ROOT).as_posix()] = f"example-{path.parent.name}"
    return found


_header = (ROOT / HEADER).read_text()
FUNCTIONS = set(re.findall(r"\b(momo_\w+)\(", _header))
STATUSES = re.findall(r"^  (MOMO_\w+) = \d+,", _header, re.M)

# Each page by its file, with its name: errors is errors.html.
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


def address(path, link):
    """Where a link of a page leads on the site."""
    if re.match(r"[a-z]+:", link):
        return link
    file, anchor = target(path, link)
    anchor = f"#{anchor}" if anchor else ""
    name = PAGES.get(file) or PAGES.get(f"{file}/README.md")
    if name is not None:
        return ("index" if name == "index" else name) + ".html" + anchor
    if file == HEADER:
        return "momo_8h.html"
    if file.endswith(".svg"):
        return os.path.basename(file)
    return f"source/{file}.html"


LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")


def inline(path, line):
    """A line of Markdown with its links as HTML, which Doxygen leaves as they are. A function leads
    to what the header says of it, a status to what it means.
    """
    parts = re.split(r"(`+[^`]*`+)", line)
    # A link may hold code: [`x`](y). It is put together again first.
    text = "".join(f"\0{n}\0" if n % 2 else part for n, part in enumerate(parts))
    out, end = [], 0
    for link in LINK.finditer(text):
        out += [named(text[end : link.start()], parts)]
        out += [f'<a href="{address(path, link[2])}">{link[1]}</a>']
        end = link.end()
    out += [named(text[end:], parts)]
    return re.sub(r"\0(\d+)\0", lambda code: parts[int(code[1])], "".join(out))


def named(text, parts):
    """Text that is not part of a link, with links for the names in it."""

    def function(code):
        name = parts[int(code[1])].strip("`")
        if name not in FUNCTIONS:
            return code[0]
        return f'<a href="momo_8h.html#{name}">{code[0]}</a>'

    def status(word):
        return f'<a href="errors.html#{word[0].lower()}">{word[0]}</a>'

    text = re.sub(r"\0(\d+)\0", function, text)
    return re.sub(rf"\b(?:{'|'.join(STATUSES)})\b", status, text)
