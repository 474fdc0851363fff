"""docs/performance.md, from its template and the results."""

import re
from pathlib import Path

from harness.programs import LIBMOMO

from . import ahead, tables
from .figures import median, number
from .recorded import PAGE

TEMPLATE = Path(__file__).parent / "performance.md.in"


def chart(results, name, case, says):
    """An image, with a text for readers who do not see it."""
    if case not in results:
        return ""
    return f"\n![{says(results)}]({name}.svg)\n"


def cpu(case):
    def says(results):
        samples = results["requests"][case]
        each = (
            f"{tables.TITLES[key]} {number(median(s['cpu_ms']))} ms" for key, s in samples.items()
        )
        return f"CPU time of one token: {'; '.join(each)}."

    return says


def memory(results):
    peaks = results["memory"]
    count = list(peaks[LIBMOMO])[-1]
    each = (
        f"{tables.TITLES[key]} {tables.mebibytes(its[count])}"
        for key, its in peaks.items()
        if count in its
    )
    return f"Peak memory with {int(count):,} clients: {'; '.join(each)}."


def threads(results):
    rates = [f"{n} {int(n) * 1e3 / median(s['ns']):.1f}" for n, s in results["cached"].items()]
    return f"Million calls a second, by the number of threads: {'; '.join(rates)}."


PARTS = {
    "machine": tables.machine,
    "ahead": ahead.table,
    "versions": tables.versions,
    "process_system": lambda r: tables.one_token(r, "process_system", "fresh"),
    "process_one_ca": lambda r: tables.one_token(r, "process_one_ca", "fresh"),
    "process_chart": lambda r: chart(r, "performance-process", "requests", cpu("process_system")),
    "shared": tables.shared,
    "connection_rsa": lambda r: tables.one_token(r, "connection_rsa", "fresh"),
    "connection_p384": lambda r: tables.one_token(r, "connection_p384", "fresh"),
    "connection_chart": lambda r: chart(
        r, "performance-connection", "requests", cpu("connection_rsa")
    ),
    "kept": lambda r: tables.one_token(r, "kept", "kept"),
    "kept_chart": lambda r: chart(r, "performance-kept", "requests", cpu("kept")),
    "instructions": tables.instructions,
    "cached": tables.cached,
    "threads_chart": lambda r: chart(r, "performance-threads", "cached", threads),
    "memory": tables.memory,
    "memory_chart": lambda r: chart(r, "performance-memory", "memory", memory),
    "processes": tables.processes,
    "waits": tables.waits,
}


def text(results):
    whole = re.sub(r"@(\w+)@", lambda part: PARTS[part[1]](results), TEMPLATE.read_text())
    return re.sub(r"\n{3,}", "\n\n", whole)


def is_current(results):
    return PAGE.read_text() == text(results)
