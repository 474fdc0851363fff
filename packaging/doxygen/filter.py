#!/usr/bin/env python3
"""What Doxygen reads in place of a page or a header: the same text in Doxygen's own terms.

The files themselves are written for a reader on a code host, and hold no command of Doxygen.
Links between pages become links between pages of the site, with the anchors that a code host
gives to headings; the six points of a function's comment become paragraphs with a title.
"""

import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # the source tree stays as it was checked out

import pages  # noqa: E402

POINTS = "Ownership|NULL|Threads and forks|Blocks|Errors"
# What Doxygen knows a language as; for some the strings and comments of another are good enough.
LANGUAGES = {"c": "c", "cpp": "cpp", "python": "py", "php": "php"}
LANGUAGES |= dict.fromkeys(("csharp", "go", "java", "javascript", "objc"), "java")
# Long lines of these are wrapped.
OUTPUT = "console", "text"


def header(text):
    """The first comment is the file's own; the points of each comment have a title each."""
    text = re.sub(r"^/\*\n", "/** @file\n", text, count=1)
    text = re.sub(r" \*\n \* SPDX-.*?(?= \*/)", "", text, count=1, flags=re.S)
    text = re.sub(r"\bdocs/(\w+)\.md", r'@ref \1 "\1.md"', text)
    text = re.sub(r"/\* (.*?) \*/\n((?:#.*\n)+)", macros, text)
    return re.sub(r"/\*\*.*?\*/", lambda comment: with_titles(comment[0]), text, flags=re.S)


def macros(block):
    """The comment before some macros is that of each."""
    return re.sub(r"^(# *define )", rf"/** {block[1]} */\n\1", block[2], flags=re.M)


def with_titles(comment):
    begin = re.search(rf"^ *\* (?:{POINTS}):", comment, re.M)
    if begin is None:
        return comment
    said, points = comment[: begin.start()], comment[begin.start() :].removesuffix("*/")
    words = " ".join(re.sub(r"^ *\* ?", "", points, flags=re.M).split())
    words = re.sub(r" Since (\d+\.\d+\.\d+)\.$", r"\n@since \1", words)
    point = rf"(?:^|(?<=[.;] ))({POINTS}): (.)"
    words = re.sub(point, lambda found: f"\n@par {found[1]}\n{found[2].upper()}", words)
    return said + "".join(f" * {line}\n" for line in words.splitlines()) + " */"


def page(path, text):
    out, fence, end, titled = [], None, [], False
    slugs = pages.Slugs()
    for line in text.splitlines():
        mark = re.match(r"(`{3,})(\S*)", line)
        if fence is not None:
            out.append(line)
            if line == fence:
                out += end
                fence = None
        elif mark:
            fence, end = mark[1], []
            if mark[2] in OUTPUT:
                out += ['<div class="output">', ""]
                end = ["", "</div>"]
            out.append(f"{mark[1]}{{.{LANGUAGES.get(mark[2], 'unparsed')}}}")
        elif heading := re.match(r"(#+) (.*)", line):
            slug, words = slugs.of(heading[2]), heading[2]
            # Doxygen takes no link in a heading: it comes below.
            linked = re.fullmatch(r"\[(.*)\]\((.*)\)", words)
            words = (linked[1] if linked else words).replace("#", "\\#")
            if titled:
                # Doxygen wants each anchor once on all pages; finish.py takes the name off.
                out += [f'<a id="{pages.PAGES[path]}--{slug}"></a>', f"{heading[1]} {words}"]
                if linked:
                    folder, _ = pages.target(path, linked[2])
                    out += ["", pages.inline(path, f"[{folder}]({linked[2]})"), ""]
            else:
                # Doxygen knows the first page by a name of its own.
                name = pages.PAGES[path]
                label = "" if name == "index" else f" {{#{name}}}"
                out += [f"# {words}{label}", "", "[TOC]"]
            titled = True
        else:
            out.append(pages.inline(path, line))
    return "\n".join(out) + "\n"


def main():
    file = Path(sys.argv[1]).resolve()
    text = file.read_text()
    if file.suffix == ".md":
        print(page(file.relative_to(pages.ROOT).as_posix(), text), end="")
    else:
        print(header(text), end="")


if __name__ == "__main__":
    main()
