"""What pages say of names and messages is held against the source."""

import re

from . import PAGES, ROOT, Failed, refuse
from .markdown import quoted

ERRORS_PAGE, ARCHITECTURE_PAGE = "docs/errors.md", "docs/architecture.md"
# A file, and tests in it.
TESTS = re.compile(r"`([\w/.]+\.rs)`: ((?:`\w+`(?:, )?)+)")
# Of these parts of pages each row names some.
BY_TESTS = {
    "docs/faults.md": r"\A.*",
    "SECURITY.md": r"\n## Promises\n.*\n### What it is built from\n",
}
COMMANDS = "momo-token ", "PATH=", "ulimit ", "chmod "
# Names that begin like options, statuses and functions, and are none.
OTHER_NAMES = {"MOMO_WRITE_HEADERS", "MOMO_UNKNOWN", "momo_ffi", "momo_seconds"}
OTHER_NAMES |= {"momo_static", "momo_DIR"}  # CMake's


def header():
    return (ROOT / "include/momo.h").read_text()


def options():
    return re.findall(r"^\| `(\w+)`", (ROOT / "docs/options.md").read_text(), re.M)


def check_each_status_has_a_section():
    """Which begins with its number."""
    [values] = re.findall(r"enum momo_status {(.*?)^}", header(), re.M | re.S)
    statuses = re.findall(r"^  (MOMO_\w+) = (\d+),", values, re.M)
    page = (ROOT / ERRORS_PAGE).read_text()
    missing = [name for name, value in statuses if f"\n### {name}\n\n{value}. " not in page]
    if missing or not statuses:
        raise Failed(f"{ERRORS_PAGE} has no section with the number of {', '.join(missing)}")


def check_names():
    """Each MOMO_… and momo_… is in the header, or is an option's variable, or a metric."""
    known = set(re.findall(r"\b(?:momo|MOMO)_\w+", header())) | OTHER_NAMES
    known |= {f"MOMO_{name.upper()}" for name in options()}
    known |= set(re.findall(r"\bmomo_\w+", (ROOT / "tests/data/monitoring_rules.yml").read_text()))
    unknown = [
        f"{page}:{number}: {name}"
        for page in PAGES
        for number, piece in quoted(page)
        for name in re.findall(r"\b(?:momo|MOMO)_\w+", piece)
        if name not in known and not name.endswith("_")
    ]
    refuse("no such name:", unknown)


def is_there(name):
    """A page about the source leaves out where that lies."""
    return any((ROOT / folder / name).exists() for folder in ("", "src", "src/gateway", "include"))


def check_files():
    """Each file of the repository that a page names is there."""
    folders = "src|tests|benches|scripts|include|packaging|mock-gateway|examples-c|bindings"
    named = {ARCHITECTURE_PAGE: rf"(?:{folders})/[\w./-]*|.*(?:\.rs|/)"}
    missing = [
        f"{page}:{number}: {piece}"
        for page in PAGES
        for number, piece in quoted(page)
        if re.fullmatch(named.get(page, rf"(?:{folders})/[\w./-]*"), piece) and not is_there(piece)
    ]
    refuse("no such file:", missing)


def check_tests():
    """Each test that a page names is in its file; each fault and each promise names some."""
    wrong = []
    for page in PAGES:
        text = (ROOT / page).read_text()
        if page in BY_TESTS:
            [part] = re.findall(BY_TESTS[page], text, re.S)
            rows = re.findall(r"^\| (?!---).*\n(?!\| ---)", part, re.M)
            wrong += [f"{page}: no test: {row}" for row in rows if not TESTS.search(row)]
        for file, names in TESTS.findall(text):
            source = (ROOT / file).read_text()
            for name in re.findall(r"\w+", names):
                if not re.search(rf"#\[test\]\n(?: *#.*\n)* *fn {name}\(\)", source):
                    wrong.append(f"{page}: {file}: {name}")
    refuse("no such test, or none:", wrong)


def check_messages():
    """Each part of what errors.md quotes is said by the library, or by the gateway."""
    source = "\n".join(
        text_of(path)
        for folder in ("src", "mock-gateway/src")
        for path in (ROOT / folder).rglob("*.rs")
        if "tests" not in path.name
    )
    wrong = []
    for number, piece in quoted(ERRORS_PAGE):
        if " " not in piece or piece.startswith(COMMANDS):
            continue
        # … stands for anything; before a colon stands how far the request came.
        if not all(part in source for part in re.split(r" ?… ?|: ", piece)):
            wrong.append(f"{ERRORS_PAGE}:{number}: {piece}")
    refuse("nothing in the source says:", wrong)


def check_readme_figures():
    """Each measured figure of README.md stands in docs/performance.md."""
    recorded = (ROOT / "docs/performance.md").read_text()
    figures = re.findall(r"\d[\d.,]* (?:ns|µs|ms|KiB|MiB)\b", (ROOT / "README.md").read_text())
    unknown = [figure for figure in figures if not re.search(rf"(?<![\d.,]){figure}", recorded)]
    if unknown or not figures:
        raise Failed(f"docs/performance.md does not have {', '.join(unknown) or 'any'}")


def check_drawing(block):
    """The files, folders and functions that a drawing names are there."""
    names = re.findall(r"[\w./-]+\.(?:rs|c|h|py)\b|^[\w-]+/", block.text, re.M)
    missing = [name for name in names if not is_there(name)]
    functions = re.findall(r"\bmomo_\w+\b(?!\.)", block.text)
    missing += [name for name in functions if f"{name}(" not in header()]
    refuse("there is no", missing)


def text_of(path):
    """A source file with its texts in one line each."""
    text = re.sub(r"\\\n\s*", "", path.read_text())
    return text.replace('\\"', '"')
