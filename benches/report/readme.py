"""The short tables of README.md, between two marks that nobody sees."""

import re

from harness.programs import LIBCURL, LIBMOMO

from .figures import median, number, ratio
from .recorded import README
from .tables import SHARED, table

PART = re.compile(r"(<!-- figures: make bench RECORD=1 -->\n).*?(<!-- end of figures -->)", re.S)
CASES = {
    "process_system": "one token, new process, the system's CAs, CPU",
    "process_one_ca": "one token, new process, one CA, CPU",
    "connection_rsa": "a new connection each, CPU",
    "kept": "a kept connection, CPU",
}


def figures(results):
    samples = results["requests"]
    rows = []
    for case, title in CASES.items():
        mine, other = (samples[case][key]["cpu_ms"] for key in (LIBMOMO, LIBCURL))
        values = [f"{number(median(each))} ms" for each in (mine, other)]
        rows.append([title, *values, number(ratio(mine, other))])
    mine, other = (results["instructions"]["kept"][key] for key in (LIBMOMO, LIBCURL))
    rows.append(["the same, user instructions", f"{mine:,}", f"{other:,}", number(mine / other)])
    one, two = (results["cached"][threads] for threads in ("1", "2"))
    calls = f"{number(median(one['ns']))} ns"
    rows.append(["`momo_get_token` and `momo_free_token`, fresh", calls, "", ""])
    of = number(ratio(one["ns"], one["by_hand_ns"]))
    title = "that, as a multiple of two clock readings and a wiped copy by hand"
    rows.append([title, of, "", ""])
    twice = number(2 * ratio(one["ns"], two["ns"]))
    rows.append(["the same on two threads, calls per second of one thread's", twice, "", ""])
    size = f"{results['library_bytes'] / 2**20:.2f} MiB"
    rows.append(["`libmomo.so`, stripped", size, "", ""])
    machine = results["machine"]
    return "\n\n".join(
        [
            f"{machine['cores']} cores of an {machine['processor']}; {results['versions'][LIBCURL]}:",
            table(["", "libmomo", "libcurl", "ratio"], rows),
            shared(results["sharing"]["one"]),
        ]
    )


def shared(samples):
    rows = []
    for key, title in SHARED.items():
        cells = []
        for quantity in ("cpu_ms", "wall_ms"):
            mine, own = samples[key][quantity], samples["own"][quantity]
            cells += [f"{number(median(mine))} ms", number(ratio(mine, own))]
        rows.append([title, *cells])
    head = ["one token, new process, one CA", "CPU", "of a request", "wall", "of a request"]
    return table(head, rows)


def text(results):
    """README.md with these figures."""
    before = README.read_text()
    if not PART.search(before):
        raise ValueError("README.md has no place for figures")
    return PART.sub(lambda found: f"{found[1]}\n{figures(results)}\n\n{found[2]}", before)


def is_current(results):
    return not results or README.read_text() == text(results)


def write(results):
    README.write_text(text(results))
