"""docs/performance.md, its chart, and the figures of README.md, from results.

Both pages have marks, <!-- begin NAME --> and <!-- end NAME -->. What stands between them is
written here, and the rest by hand.
"""

import re
import statistics

from cases import REQUESTS
from programs import BY_HAND, LIBCURL, LIBMOMO, PROGRAMS, ROOT, TITLES, with_mode

PAGES = [ROOT / "docs/performance.md", ROOT / "README.md"]
CHART = ROOT / "docs/performance.svg"
median = statistics.median


def number(value):
    """With three significant digits, and at most three after the point."""
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{digits}f}"


def ratio(samples, others):
    """The median of the rounds' ratios: a slow round meets both."""
    return median(mine / other for mine, other in zip(samples, others))


def spread(samples, unit):
    """The median with the quartiles around it: 2.93 ms (2.88 to 3.01)."""
    low, _, high = statistics.quantiles(samples, n=4, method="inclusive")
    return f"{number(median(samples))} {unit} ({number(low)} to {number(high)})"


def mebibytes(kibibytes):
    return f"{number(kibibytes / 1024)} MiB"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def machine(results):
    rows = [[name, value] for name, value in results["machine"].items()]
    rows.append(["`libmomo.so`, compiled here, stripped", mebibytes(results["library_bytes"] / 1024)])
    rows.append(["rounds", results["rounds"]])
    return table(["", ""], rows)


def versions(results):
    rows = [[TITLES[key], said] for key, said in results["versions"].items()]
    return table(["", "versions"], rows)


def one_token(results, case):
    """Time and memory of one token by each program, next to libcurl's and to that by hand."""
    samples, rows = results["requests"][case], []
    for program in PROGRAMS:
        mine, cells = samples[program.key], []
        for quantity in ("cpu_ms", "wall_ms"):
            cells.append(spread(mine[quantity], "ms"))
            for other in (LIBCURL, BY_HAND):
                cells.append(number(ratio(mine[quantity], samples[other][quantity])))
        rows.append([program.title, *cells, mebibytes(median(mine["rss_kib"]))])
    of = ["of libcurl's", "of that by hand"]
    return table(["", "CPU", *of, "wall", *of, "peak memory"], rows)


def chart_times(results):
    samples = results["requests"]["process_system"]
    return {program.title: median(samples[program.key]["cpu_ms"]) for program in PROGRAMS}


def chart_image(results):
    """The image, with a text for readers who do not see it."""
    each = "; ".join(f"{title} {number(time)} ms" for title, time in chart_times(results).items())
    return f"![CPU time of one token in a new process: {each}.](performance.svg)"


def chart_drawn(results):
    """As SVG: a bar for each program."""
    times = chart_times(results)
    height = 40 + 24 * len(times)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="650" height="{height}"'
    lines = [head + ' font-family="sans-serif" font-size="12">']
    lines.append('<rect width="100%" height="100%" fill="white"/>')
    lines.append('<text x="140" y="20">CPU time of one token in a new process, ms</text>')
    for row, (title, time) in enumerate(times.items()):
        top, width = 32 + 24 * row, 460 * time / max(times.values())
        color = "#6b737b" if row else "#2e8b57"
        lines += [
            f'<text x="132" y="{top + 13}" text-anchor="end">{title}</text>',
            f'<rect x="140" y="{top}" width="{width:.1f}" height="18" fill="{color}"/>',
            f'<text x="{width + 146:.1f}" y="{top + 13}">{number(time)}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def instructions(results):
    counted = [results["instructions"][case] for case in REQUESTS]
    rows = [
        [TITLES[key], *(f"{each[key]:,} ({number(each[key] / each[LIBCURL])})" for each in counted)]
        for key in counted[0]
    ]
    return table(["", *(case.title.split(" ", 1)[1] for case in REQUESTS.values())], rows)


def cached(results):
    samples = results["cached"]
    rows = [
        [
            threads,
            spread(each["ns"], "ns"),
            spread(each["by_hand_ns"], "ns"),
            number(ratio(each["ns"], each["by_hand_ns"])),
            f"{int(threads) * 1e3 / median(each['ns']):.1f} million",
            number(int(threads) * ratio(samples["1"]["ns"], each["ns"])),
        ]
        for threads, each in samples.items()
    ]
    rates = ["calls a second, of all threads", "of one thread's"]
    return table(["threads", "one call", "by hand", "ratio", *rates], rows)


def memory(results):
    samples = results["memory"]
    counts, rows = list(samples[LIBMOMO]), []
    for program in with_mode("clients"):
        mine = samples[program.key]
        peaks = [mebibytes(mine[count]) if count in mine else "—" for count in counts]
        rows.append([program.title, *peaks, f"{number(memory_of_each(mine))} KiB"])
    return table(["clients", *[f"{int(count):,}" for count in counts], "each"], rows)


def memory_of_each(peaks):
    """KiB of one client more, between the fewest clients and the most."""
    (first, least), *_, (last, most) = peaks.items()
    return (most - least) / (int(last) - int(first))


def shared(results):
    titles = {
        "own": "a request of its own",
        "directory": "taken from a directory",
        "redis": "taken from Redis",
        "none": "none: a client is made and freed",
    }
    samples, rows = results["sharing"]["one"], []
    for key, title in titles.items():
        cells = []
        for quantity in ("cpu_ms", "wall_ms"):
            mine, own = samples[key][quantity], samples["own"][quantity]
            cells += [spread(mine, "ms"), number(ratio(mine, own))]
        rows.append([title, *cells, mebibytes(median(samples[key]["rss_kib"]))])
    of = "of a request's"
    return table(["the token", "CPU", of, "wall", of, "peak memory"], rows)


def processes(results):
    titles = {
        "own": "libmomo, each for itself",
        "directory": "libmomo, a directory is shared",
        "redis": "libmomo, Redis is shared",
        "libcurl": "libcurl, each for itself",
    }
    samples, rows = results["sharing"]["eight"], []
    for key, title in titles.items():
        asked, cpu, wall = (samples[key][name] for name in ("requests", "cpu_ms", "wall_ms"))
        of = number(ratio(cpu, samples["own"]["cpu_ms"]))
        rows.append([title, f"{median(asked):g}", spread(cpu, "ms"), of, spread(wall, "ms")])
    head = ["eight processes at once", "requests", "CPU of all", "of that without sharing", "wall"]
    return table(head, rows)


def waits(results):
    counts = ["over_a_millisecond", "refreshes", "failed_refreshes", "failed"]
    rows = [
        [row["name"], f"{row['calls']:,}", f"{row['longest_ns'] / 1000:,.0f} µs"]
        + [row[count] for count in counts]
        for row in results["waits"]
    ]
    head = ["", "calls", "the longest", "over 1 ms", "refreshes", "of them failed", "failed calls"]
    return table(head, rows)


def comparisons(results):
    """Of each comparison its title, its unit and the figure of each program."""
    for name, case in REQUESTS.items():
        samples = results["requests"][name]
        for quantity, title in {"cpu_ms": "CPU", "wall_ms": "wall"}.items():
            figures = {key: median(each[quantity]) for key, each in samples.items()}
            yield f"{case.title}, {title}", "ms", figures
        millions = {key: count / 1e6 for key, count in results["instructions"][name].items()}
        yield f"{case.title}, instructions", "million", millions
    each = {key: memory_of_each(peaks) for key, peaks in results["memory"].items()}
    yield "memory of each client that keeps a connection", "KiB", each


def ahead_of_libmomo(figures, unit):
    others = sorted((value, key) for key, value in figures.items() if value < figures[LIBMOMO])
    return "; ".join(f"{TITLES[key]} {number(value)} {unit}" for value, key in others)


def ahead(results):
    """Every row in which libmomo is not the first."""
    rows = [
        [title, f"{number(figures[LIBMOMO])} {unit}", others]
        for title, unit, figures in comparisons(results)
        if (others := ahead_of_libmomo(figures, unit))
    ]
    return table(["what is measured", "libmomo", "who is ahead"], rows)


def figures_of_readme(results):
    """A token at hand; then CPU and memory of each case, with all who are ahead."""
    rows = [["a token at hand", f"{number(median(results['cached']['1']['ns']))} ns", "", ""]]
    for title, unit, figures in comparisons(results):
        if title.endswith((", CPU", "connection")):
            mine, curl = (f"{number(figures[key])} {unit}" for key in (LIBMOMO, LIBCURL))
            rows.append([title, mine, curl, ahead_of_libmomo(figures, unit)])
    peaks = results["requests"]["process_system"]
    mine, curl = (mebibytes(median(peaks[key]["rss_kib"])) for key in (LIBMOMO, LIBCURL))
    rows.insert(2, ["its peak memory", mine, curl, ""])
    return table(["", "libmomo", "libcurl", "ahead of libmomo"], rows)


PARTS = {
    "machine": machine,
    "versions": versions,
    "ahead": ahead,
    **{case: lambda results, case=case: one_token(results, case) for case in REQUESTS},
    "chart": chart_image,
    "shared": shared,
    "instructions": instructions,
    "cached": cached,
    "memory": memory,
    "processes": processes,
    "waits": waits,
    "figures": figures_of_readme,
}
MARKED = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.S)


def filled(text, results):
    return MARKED.sub(lambda part: f"{part[1]}{PARTS[part[2]](results)}\n{part[3]}", text)


def write(results):
    for page in PAGES:
        page.write_text(filled(page.read_text(), results))
    CHART.write_text(chart_drawn(results))
