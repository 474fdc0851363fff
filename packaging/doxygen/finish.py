#!/usr/bin/env python3
"""What Doxygen leaves to be done of the site: anchors that can be remembered, the source files that
pages link to, the index that the search takes. Ends with a check of every link.
"""

import html
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from urllib.parse import unquote, urlsplit

sys.dont_write_bytecode = True  # the source tree stays as it was checked out

import pages  # noqa: E402
from site_page import Page  # noqa: E402

SITE = pages.ROOT / "build/docs/html"
XML = pages.ROOT / "build/docs/xml"
HERE = Path(__file__).parent
# Made for Doxygen's own look.
UNUSED = "dir_*.html", "pages.html", "files.html", "*.png", "*.svg", "tabs.css", "jquery.js"
UNUSED += "dynsections.js", "annotated.html", "classes.html", "functions*.html", "globals*.html"


def correct():
    """momo_8h.html#momo_get_token in place of a digest; no link made of code: `file:/run/tokens`;
    the anchors that a code host has.
    """
    names = {}
    for file in XML.glob("*momo_*.xml"):
        for member in ElementTree.parse(file).iter():
            if member.tag in ("memberdef", "enumvalue"):
                name = member.findtext("qualifiedname") or member.findtext("name")
                names[member.get("id").rpartition("_1")[2]] = name.replace("::", ".")
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

    def code(piece):
        return re.sub(r"(?<=\w[_/.])(?=\w)", "<wbr>", piece[0])

    return re.sub(r"<code>[^<]*</code>", code, cell[0])


def write_sources():
    """A page for each file and folder of the repository that a page links to."""
    wanted = []
    for name in pages.PAGES.values():
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
    made = "__pycache__", "node_modules"
    return not any(part.startswith(".") or part in made for part in parts)


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
