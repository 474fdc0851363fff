"""The table of what others do with less: every row in which libmomo is not the first."""

from harness.programs import LIBMOMO

from . import tables
from .figures import median, number

REQUESTS = {
    "process_system": "a new process, the system's CAs",
    "process_one_ca": "a new process, one CA",
    "connection_rsa": "a new connection, RSA-2048",
    "connection_p384": "a new connection, P-384",
    "kept": "a kept connection",
}
TIMES = {"cpu_ms": "CPU", "wall_ms": "wall"}


def table(results):
    rows = [row for figures in figures_of(results) if (row := row_of(*figures))]
    head = ["what is measured", "libmomo", "who is ahead"]
    return tables.table(head, rows) if rows else "Nobody is."


def figures_of(results):
    """Of each comparison its title, its unit and the figure of each program."""
    for case, title in REQUESTS.items():
        samples = results.get("requests", {}).get(case, {})
        for quantity, name in TIMES.items():
            figures = {key: median(each[quantity]) for key, each in samples.items()}
            yield f"{title}, {name}", "ms", figures
        counted = results.get("instructions", {}).get(case, {})
        millions = {key: count / 1e6 for key, count in counted.items() if count}
        yield f"{title}, instructions", "million", millions
    memory = results.get("memory", {})
    yield "memory of each client that keeps a connection", "KiB", {
        key: tables.memory_of_each(peaks) for key, peaks in memory.items()
    }


def row_of(title, unit, figures):
    """None if libmomo is the first."""
    mine = figures.get(LIBMOMO)
    ahead = sorted((value, key) for key, value in figures.items() if mine and value < mine)
    if not ahead:
        return None
    others = "; ".join(f"{tables.TITLES[key]} {number(value)} {unit}" for value, key in ahead)
    return [title, f"{number(mine)} {unit}", others]
