"""Every relative link leads to a file, and to a heading of it; every page can be found."""

import re

from . import PAGES, ROOT, Failed
from .markdown import anchors, links

import pages  # of packaging/doxygen


def check_page(page):
    broken = []
    for number, link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, anchor = pages.target(page, link)
        if not (ROOT / path).exists():
            broken.append(f"{page}:{number}: {link}: no such file")
        elif anchor and (not path.endswith(".md") or anchor not in anchors(path)):
            broken.append(f"{page}:{number}: {link}: no such heading")
    if broken:
        raise Failed("\n".join(broken))


def check_every_page_is_listed():
    """In docs/index.md."""
    listed = {pages.target("docs/index.md", link)[0] for _, link in links("docs/index.md")}
    missing = [page for page in PAGES if page not in listed | {"docs/index.md"}]
    if missing:
        raise Failed(f"not in docs/index.md: {missing}")
