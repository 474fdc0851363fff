#!/usr/bin/env python3
"""What Doxygen leaves to be done of the site: anchors that can be remembered, the source files that
pages link to, the index that the search takes. Ends with a check of every link.
"""

import html
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

sys.dont_write_bytecode = True  # the source tree stays as it was checked out

import pages  # noqa: E402

SITE = pages.ROOT / "build/docs/html"
XML = pages.ROOT / "build/docs/xml"
HERE = Path(__file__).parent
# Made for Doxygen's own look.
UNUSED = "dir_*.html", "pages.html", "files.html", "*.png", "tabs.css", "jquery.js", "dynsections.js"


class Page(HTMLParser):
    """The sections of a page, each with its title, its anchor and its text; its links and anchors."""

    def __init__(self, path):
        super().__init__()
        self.title, self.sections, self.links, self.anchors = "", [], [], set()
        self._inside, self._anchor, self._heading = [], "", None
        self.feed(path.read_text())
        self.close()

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        classes = (found.get("class") or "").split()
        if tag == "main":
            self._inside.append(tag)
        for name in ("id", "name"):
            if name in found and tag != "meta":
                self.anchors.add(found[name])
        self.links += [found[name] for name in ("href", "src") if name in found]
        # Doxygen's own anchors (autotoc_md7) are others with each build.
        if self._inside and tag == "a" and "id" in found and not re.match(r"autotoc_|md_", found["id"]):
            self._anchor = found["id"]
        # A row that has an anchor is an option's.
        is_row = tag == "td" and "id" in found
        if is_row:
            self._anchor = found["id"]
        if self._inside and (is_row or tag in ("h1", "h2", "h3") or "title" in classes):
            self._heading = [tag, ""]

    def handle_endtag(self, tag):
        if tag == "main":
            self._inside.clear()
        if self._heading and tag == self._heading[0]:
            title = " ".join(self._heading[1].replace("◆", "").split())
            self.title = self.title or title
            self.sections.append([title, self._anchor, ""])
            self._heading = None

    def handle_data(self, data):
        if self._heading:
            self._heading[1] += data
        elif self._inside and self.sections:
            self.sections[-1][2] += data


def correct():
    """momo_8h.html#momo_get_token in place of a digest; no link made of code: `file:/run/tokens`;
    the anchors that a code host has.
    """
    names = {}
    for member in ElementTree.parse(XML / "momo_8h.xml").iter():
        if member.tag in ("memberdef", "enumvalue"):
            names[member.get("id").partition("_1")[2]] = member.findtext("name")
    for path in SITE.glob("*.html"):
        text = path.read_text().replace("momo.h File Reference", pages.HEADER_TITLE)
        text = text.replace(f'id="{path.stem}--', 'id="')
        text = re.sub(r"<code>.*?</code>", unlinked, text)
        if path.stem == "options":
            text = re.sub(r"(<tr class.*>\n<td) (.*?<code>(\w+)</code>)", r'\1 id="\3" \2', text)
        text = re.sub(r"<td .*?</td>", breakable, text)
        text = re.sub(r'<div id="nav-path".*?</div>', "", text, flags=re.S)
        text = re.sub(r"\ba[0-9a-f]{32,}\b", lambda found: names.get(found[0], found[0]), text)
        path.write_text(text)


def unlinked(code):
    return re.sub(r'<a href="[a-z]+:[^"]*">([^<]*)</a>', r"\1", code[0])


def breakable(cell):
    """Code in a narrow cell, with the places where a line may end."""
    ends = lambda code: re.sub(r"(?<=\w[_/.])(?=\w)", "<wbr>", code[0])  # noqa: E731
    return re.sub(r"<code>[^<]*</code>", ends, cell[0])


def write_sources():
    """A page for each file and folder of the repository that a page links to."""
    wanted = []
    for path, name in pages.PAGES.items():
        wanted += [link for link in Page(SITE / f"{name}.html").links if link.startswith("source/")]
    for link in dict.fromkeys(wanted):
        write_source(unquote(link).removeprefix("source/").removesuffix(".html"))


def write_source(path):
    file = pages.ROOT / path
    if not file.exists():
        return  # the check of links will tell
    if file.is_dir():
        inside = sorted(each for each in file.rglob("*") if each.is_file() and is_source(each))
        names = [each.relative_to(pages.ROOT).as_posix() for each in inside]
        for name in names:
            write_source(name)
        root = "../" * path.count("/")
        links = (f'<li><a href="{root}{name}.html">{name}</a></li>' for name in names)
        body = f"<ul>{''.join(links)}</ul>"
    else:
        body = f"<pre>{html.escape(file.read_text())}</pre>"
    target = SITE / "source" / f"{path}.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    parts = [(HERE / name).read_text() for name in ("header.html", "footer.html")]
    words = {"$relpath^": "../" * (path.count("/") + 1), "$title": path, "$projectname": "libmomo"}
    words |= {"$projectnumber": sys.argv[1], "$doxygenversion": ""}
    for word, value in words.items():
        parts = [part.replace(word, value) for part in parts]
    title = f'</div><div class="title">{path}</div>'
    target.write_text(f"{parts[0]}{title}\n{body}\n{parts[1]}")


def is_source(path):
    parts = path.relative_to(pages.ROOT).parts
    return not any(part.startswith(".") or part in ("__pycache__", "node_modules") for part in parts)


def write_index(found):
    entries = []
    for name, page in found.items():
        for title, anchor, text in page.sections:
            if title == "Table of Contents":
                continue
            is_first = not entries or entries[-1]["page"] != page.title
            url = name if is_first or not anchor else f"{name}#{anchor}"
            words = " ".join(text.lower().split())
            entries.append({"title": title, "page": page.title, "url": url, "text": words})
    (SITE / "search-index.js").write_text(f"const searchIndex = {json.dumps(entries)};\n")


def broken_links(found):
    anchors = {name: page.anchors for name, page in found.items()}
    for name, page in found.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            file = (SITE / name).parent / unquote(parts.path) if parts.path else SITE / name
            target = file.resolve().relative_to(SITE)
            if not file.is_file():
                yield f"{name}: {link}: no such file"
            elif parts.fragment and parts.fragment not in anchors[target.as_posix()]:
                yield f"{name}: {link}: no such anchor"


def main():
    for pattern in UNUSED:
        for path in SITE.glob(pattern):
            path.unlink()
    for image in pages.ROOT.glob("docs/*.svg"):
        (SITE / image.name).write_bytes(image.read_bytes())
    correct()
    write_sources()
    html_files = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
    found = {name: Page(SITE / name) for name in html_files}
    write_index({name: page for name, page in found.items() if not name.startswith("source/")})
    broken = list(broken_links(found))
    print("\n".join(broken) or f"{len(found)} pages, every link leads somewhere")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
