"""The parts of a page: its blocks of code, its links, its anchors; where its links lead."""

import re
from dataclasses import dataclass

from . import PAGES, ROOT, Failed, refuse

from pages import BLOCK, Slugs, target  # of packaging/doxygen


@dataclass
class Block:
    page: str
    line: int
    language: str
    text: str

    def __str__(self):
        return f"{self.page}:{self.line}: {self.language or 'a block without a language'}"


def blocks(page):
    text = (ROOT / page).read_text()
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        yield Block(page, line, block["language"].strip(), block["code"])


def lines(page):
    """Each line that is no code, with its number."""
    text = BLOCK.sub(lambda block: "\n" * block[0].count("\n"), (ROOT / page).read_text())
    if re.search(r"^ *(```|~~~)", text, re.M):
        raise Failed(f"{page}: a block of code has no end")
    return enumerate(text.splitlines(), 1)


def quoted(page):
    """Each piece of code within a line, with the line's number."""
    for number, line in lines(page):
        for piece in re.findall(r"`([^`]+)`", line):
            yield number, piece


def links(page):
    for number, line in lines(page):
        for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "`code`", line)):
            yield number, link


def anchors(page):
    slugs = Slugs()
    headings = (re.match(r"#+ (.*)", line) for _, line in lines(page))
    return {slugs.of(heading[1]) for heading in headings if heading}


def check_links(page):
    """Every relative link leads to a file, and to a heading of it."""
    broken = []
    for number, link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, anchor = target(page, link)
        if not (ROOT / path).exists():
            broken.append(f"{page}:{number}: {link}: no such file")
        elif anchor and (not path.endswith(".md") or anchor not in anchors(path)):
            broken.append(f"{page}:{number}: {link}: no such heading")
    refuse("links lead nowhere:", broken)


def check_every_page_is_listed():
    """In docs/index.md."""
    listed = {target("docs/index.md", link)[0] for _, link in links("docs/index.md")}
    refuse("not in docs/index.md:", {*PAGES} - listed - {"docs/index.md"})
