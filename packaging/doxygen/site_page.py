"""A page of the site, read back."""

import re
from html.parser import HTMLParser


class Page(HTMLParser):
    """Its sections, each with a title, an anchor and a text; its links and all its anchors."""

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
        own = re.match(r"autotoc_|md_", found.get("id", ""))
        if self._inside and tag == "a" and "id" in found and not own:
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
