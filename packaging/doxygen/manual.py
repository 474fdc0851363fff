#!/usr/bin/env python3
"""Writes the manual pages of section 3 from Doxygen's XML: manual.py FOLDER

A page for each function and each type of momo.h, and libmomo(3), which says what they have in
common. (Doxygen's own manual pages have all functions in one file.)
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

sys.dont_write_bytecode = True  # the source tree stays as it was checked out

import pages  # noqa: E402
import roff  # noqa: E402

XML = pages.ROOT / "build/docs/xml"
TITLE = "Library Functions Manual"
# The points of a function's comment that have no section of their own.
NOTES = "Ownership", "NULL", "Threads and forks", "Blocks"


class Described:
    """What stands in the header of a function or a type, and what its comment says."""

    def __init__(self, element):
        self.name = element.findtext("name") or element.findtext("compoundname")
        self.element = element
        self.summary = roff.plain(element.find("briefdescription"))
        if not self.summary:  # Doxygen itself passes over fields
            sys.exit(f"{self.name} is not documented")
        self.brief = " ".join(map(roff.inline, element.findall("briefdescription/para")))
        detailed = element.find("detaileddescription")
        self.paragraphs = [roff.inline(p) for p in detailed.findall("para") if roff.inline(p)]
        points = detailed.iter("simplesect")
        self.points = {point.findtext("title") or point.get("kind"): point for point in points}
        self.mentioned = re.findall(r"\\fB(momo_\w+)\\fR\(3\)", "\n".join(self.paragraphs))

    def point(self, name):
        return roff.inline(self.points[name].find("para")) if name in self.points else ""


class Manual:
    def __init__(self, version, date):
        self.version, self.date = version, date
        header = ElementTree.parse(XML / "momo_8h.xml").getroot().find("compounddef")
        overview = [roff.inline(p) for p in header.find("detaileddescription")]
        self.overview = [said for said in overview if not said.startswith("Options by name")]
        members = list(header.iter("memberdef"))
        self.functions = [Described(each) for each in members if each.get("kind") == "function"]
        self.statuses = next(each for each in members if each.findtext("name") == "momo_status")
        structs = map(ElementTree.parse, sorted(XML.glob("structmomo__*.xml")))
        self.structs = [Described(each.getroot().find("compounddef")) for each in structs]
        self.callbacks = [Described(e) for e in members if e.findtext("name") == "momo_log_fn"]

    def head(self, name, what):
        return [
            f'.TH {name.upper()} 3 {self.date} "libmomo {self.version}" "{TITLE}"',
            *(".SH NAME", *roff.wrapped(f"{name} \\- {roff.as_name_line(what)}")),
        ]

    def function(self, described):
        lines = self.head(described.name, described.summary)
        lines += synopsis(prototype(described))
        lines += [".SH DESCRIPTION", *roff.paragraphs([described.brief, *described.paragraphs])]
        said = self.return_value(described)
        lines += [*said, ".SH NOTES"]
        for note in NOTES:
            # What is handed out has been told of.
            if described.point(note) and described.point(note) not in described.returned:
                lines += [".TP", f".B {note}", *roff.sentences(described.point(note))]
        lines += [".SH HISTORY", f"Since libmomo {described.point('since')}."]
        return lines + see_also(self.related(described))

    def return_value(self, described):
        kind = roff.plain(described.element.find("type"))
        described.returned = ()
        if kind == "void":
            said = ["None."]
        elif kind == "momo_status":
            said = ["MOMO_OK (0), or why the call failed: then", ".I *error"]
            said += ["says more, unless", ".I error", "is NULL."]
            said += [".SH ERRORS", *roff.sentences(described.point("Errors"))]
        else:
            described.returned = described.point("Ownership"), described.point("NULL")
            said = roff.sentences("{} NULL: {}".format(*described.returned))
        return [".SH RETURN VALUE", *said]

    def related(self, described):
        """What the text mentions, and what makes or frees the same."""
        noun = described.name.rpartition("_")[2]
        same = [each.name for each in self.functions if each.name.endswith(f"_{noun}")]
        types = [each.name for each in self.structs if each.name in signature(described)]
        return [name for name in described.mentioned + same + types if name != described.name]

    def struct(self, described):
        lines = self.head(described.name, described.summary)
        fields = [Described(each) for each in described.element.iter("memberdef")]
        declaration = [f"typedef struct {described.name} {{"]
        for field in fields:
            kind = roff.plain(field.element.find("type"))
            declaration.append(f"    {kind}{'' if kind.endswith('*') else ' '}{field.name};")
        lines += synopsis([*declaration, f"}} {described.name};"])
        lines += [".SH DESCRIPTION", *roff.paragraphs([described.brief, *described.paragraphs])]
        for field in fields:
            said = " ".join([field.brief, *field.paragraphs])
            lines += [".TP", f".I {field.name}", *roff.sentences(said)]
        users = [each.name for each in self.functions if described.name in signature(each)]
        return lines + see_also(users)

    def status(self):
        described = Described(self.statuses)
        lines = self.head("momo_status", described.summary)
        lines += [*synopsis(), ".SH DESCRIPTION"]
        lines += roff.paragraphs([described.brief, *described.paragraphs])
        for value in self.statuses.iter("enumvalue"):
            number = value.findtext("initializer").strip("= ")
            descriptions = value.find("briefdescription"), value.find("detaileddescription")
            said = " ".join(map(roff.plain, descriptions))
            if not said.strip():
                sys.exit(f"{value.findtext('name')} is not documented")
            lines += [".TP", f".BR {value.findtext('name')} \" ({number})\"", *roff.sentences(said)]
        return lines + see_also(["momo_error", "momo_status_name"])

    def callback(self, described):
        lines = self.head(described.name, "a logger of the program")
        definition = described.element.findtext("definition") + ";"
        lines += synopsis([roff.escape(definition)])
        lines += [".SH DESCRIPTION", *roff.paragraphs([described.brief, *described.paragraphs])]
        return lines + see_also(["momo_set_logger"])

    def library(self):
        lines = self.head("libmomo", "access tokens for MTN Mobile Money")
        lines += synopsis([".B cc program.c $(pkg-config \\-\\-cflags \\-\\-libs momo)"])
        lines += [".SH DESCRIPTION", *roff.paragraphs(self.overview), ".SH FUNCTIONS"]
        for each in self.functions:
            lines += [".TP", f".BR {each.name} (3)", *roff.sentences(each.brief)]
        how = "Set with \\fBmomo_set_option\\fR(3), or in the environment: "
        lines += [".SH OPTIONS", *roff.sentences(how + "MOMO_ and the name in upper case.")]
        for name, default, said in options():
            if default:
                said = f"{said.rstrip('.')} (default: {default})."
            lines += [".TP", f".B {name}", *roff.sentences(roff.escape(said))]
        example = (pages.ROOT / "examples-c/minimal.c").read_text()
        lines += [".SH EXAMPLES", ".nf", *(roff.code(line) for line in example.splitlines()), ".fi"]
        types = [each.name for each in self.structs + self.callbacks] + ["momo_status"]
        return lines + see_also(types, ".BR momo\\-token (1)")

    def pages(self):
        yield "libmomo", self.library()
        yield "momo_status", self.status()
        for described in self.functions:
            yield described.name, self.function(described)
        for described in self.structs:
            yield described.name, self.struct(described)
        for described in self.callbacks:
            yield described.name, self.callback(described)


def synopsis(declaration=()):
    below = [".PP", *declaration] if declaration else []
    return [".SH SYNOPSIS", ".nf", ".B #include <momo.h>", *below, ".fi"]


def see_also(names, last=".BR libmomo (3)"):
    return [".SH SEE ALSO", *(f".BR {name} (3) ," for name in sorted(set(names))), last]


def signature(described):
    element = described.element
    return f"{roff.plain(element.find('type'))} {element.findtext('argsstring')}"


def prototype(described):
    """Names of parameters in italics; a line for each where the whole is long."""
    text = f"{described.element.findtext('definition')}{described.element.findtext('argsstring')};"
    text = re.sub(r"\* (?=momo_)", "*", text)
    named = [each.findtext("declname") for each in described.element.iter("param")]
    bold = "".join(
        f" {part} " if part in named else f'"{part}"'
        for part in re.split(rf"\b({'|'.join(filter(None, named)) or '$^'})\b(?=[,)])", text)
    )
    if len(text) <= 76:
        return [f".BI {bold}"]
    begin, *rest = bold.split(", ")
    lines = [f'.BI {begin},"', *(f'.BI "    {part},"' for part in rest)]
    lines[-1] = lines[-1].removesuffix(',"')
    return lines


def options():
    for line in (pages.ROOT / "docs/options.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if re.match(r"\| `", line):
            said = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", cells[4].strip(" |"))
            yield cells[0].strip("`| "), cells[2].strip("`"), said


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    cargo = (pages.ROOT / "Cargo.toml").read_text()
    version = re.search(r'^version = "(.*)"', cargo, re.M)[1]
    # All pages of a release have one date: the one that is written by hand says which.
    date = (pages.ROOT / "packaging/momo-token.1").read_text().split()[3]
    for name, lines in Manual(version, date).pages():
        (folder / f"{name}.3").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
