"""The parts of a page: its blocks of code, its links, its anchors; where its links lead."""

import re
from dataclasses import dataclass

from . import PAGES, ROOT, Failed

from pages import Slugs, target  # of packaging/doxygen


@dataclass
class Block:
    page: str
    line: int
    language: str
    text: str
    before: "Block | None"  # the block before it on the page

    def __str__(self):
        return f"{self.page}:{self.line}: {self.language or 'a block without a language'}"


def lines(page):
    """Each line with its number, and whether it is code."""
    fence = None
    for number, line in enumerate((ROOT / page).read_text().splitlines(), 1):
        mark = re.match(r" *(`{3,}|~{3,})", line)
        if fence is None and mark:
            fence = mark[1]
            yield number, line, True
        elif fence is not None:
            yield number, line, True
            if line.strip() == fence:
                fence = None
        else:
            yield number, line, False
    if fence is not None:
        raise Failed(f"{page}: a block of code has no end")


def blocks(page):
    found, text, opened = [], [], None
    for number, line, is_code in lines(page):
        if not is_code:
            continue
        mark = re.match(r" *(?:`{3,}|~{3,})(.*)", line)
        if opened is None:
            opened = number, mark[1].strip()
        elif mark and not mark[1]:
            before = found[-1] if found else None
            found.append(Block(page, *opened, "".join(text), before))
            text, opened = [], None
        else:
            text.append(line + "\n")
    return found


def prose(page):
    """The page without its code, pieces within a line too."""
    return [
        (number, re.sub(r"`[^`]*`", "`code`", line))
        for number, line, is_code in lines(page)
        if not is_code
    ]


def quoted(page):
    """Each piece of code within a line, with the line's number."""
    for number, line, is_code in lines(page):
        if not is_code:
            for piece in re.findall(r"`([^`]+)`", line):
                yield number, piece


def links(page):
    for number, line in prose(page):
        for link in re.findall(r"\]\(([^)\s]+)\)", line):
            yield number, link


def headings(page):
    """The texts of the headings, the title's first."""
    found = (re.match(r"#+ (.*)", line) for _, line, is_code in lines(page) if not is_code)
    return [heading[1] for heading in found if heading]


def anchors(page):
    slugs = Slugs()
    return {slugs.of(heading) for heading in headings(page)}


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
    if broken:
        raise Failed("\n".join(broken))


def check_every_page_is_listed():
    """In docs/index.md."""
    listed = {target("docs/index.md", link)[0] for _, link in links("docs/index.md")}
    missing = [page for page in PAGES if page not in listed | {"docs/index.md"}]
    if missing:
        raise Failed(f"not in docs/index.md: {missing}")
