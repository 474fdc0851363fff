"""Doxygen's XML as text for man(7)."""

import re
import textwrap


def escape(text):
    """Text that begins no request and holds no escape."""
    text = text.replace("\\", "\\e").replace("'", "\\(aq").replace("…", "\\&...")
    return re.sub(r"(?<!\w)-(?=\w)", "\\-", text)


def code(line):
    line = line.replace("\\", "\\e").replace("'", "\\(aq").replace("-", "\\-")
    return re.sub(r"^\.", r"\\&.", line)


def inline(element):
    """The text of a paragraph, without the titled points in it."""
    out = escape(element.text or "")
    for child in element:
        if child.tag == "computeroutput":
            out += f"\\fB{escape(''.join(child.itertext()))}\\fR"
        elif child.tag == "ref" and "".join(child.itertext()).startswith("momo_"):
            out += f"\\fB{''.join(child.itertext()).removesuffix('()')}\\fR(3)"
        elif child.get("refid") == "options":
            out += "\\fBlibmomo\\fR(3)"
        elif child.tag != "simplesect":
            out += inline(child)
        out += escape(child.tail or "")
    return " ".join(out.split())


def plain(element):
    return " ".join("".join(element.itertext()).split())


def as_name_line(brief):
    """The first sentence, as the NAME section wants it."""
    first = escape(re.split(r"(?<=[\w)])\. ", brief)[0].rstrip("."))
    return first[0].lower() + first[1:]


def sentences(text):
    """A line for each sentence, so that a change shows where it is."""
    each = re.split(r"(?<=[.?!:)]) (?=[A-Z(])", " ".join(text.split()))
    return [line for sentence in each for line in wrapped(sentence)]


def wrapped(text):
    lines = textwrap.wrap(text, 80, break_long_words=False, break_on_hyphens=False)
    return [re.sub(r"^([.'])", r"\\&\1", line) for line in lines]


def paragraphs(texts):
    out = []
    for text in texts:
        out += [".PP", *sentences(text)]
    return out[1:]
