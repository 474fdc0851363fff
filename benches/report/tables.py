"""Tables in Markdown, from results."""

from harness.programs import BY_HAND, LIBCURL, LIBMOMO, PROGRAMS

from .figures import mebibytes, median, number, ratio, spread

TITLES = {program.key: program.title for program in PROGRAMS}
NONE = "No figures are recorded yet."


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def machine(results):
    if "machine" not in results:
        return NONE
    rows = [[name, value] for name, value in results["machine"].items()]
    rows.append(["`libmomo.so`, stripped", mebibytes(results["library_bytes"] / 1024)])
    rows.append(["rounds", results["rounds"]])
    return table(["", ""], rows)


def versions(results):
    if "versions" not in results:
        return NONE
    return table(
        ["", "versions"], [[TITLES[key], said] for key, said in results["versions"].items()]
    )


def one_token(results, case, mode):
    """Time and memory of one token by each program, next to libcurl's and to that by hand."""
    samples = results.get("requests", {}).get(case)
    if samples is None:
        return NONE
    rows = []
    for program in PROGRAMS:
        if not program.has(mode):
            rows.append([program.title, f"none: {program.lacks[mode]}", *[""] * 6])
            continue
        mine, cells = samples[program.key], []
        for quantity in ("cpu_ms", "wall_ms"):
            cells.append(spread(mine[quantity], "ms"))
            cells += [
                number(ratio(mine[quantity], samples[other][quantity]))
                for other in (LIBCURL, BY_HAND)
            ]
        rows.append([program.title, *cells, mebibytes(median(mine["rss_kib"]))])
    of = ["of libcurl's", "of that by hand"]
    return table(["", "CPU", *of, "wall", *of, "peak memory"], rows)


def instructions(results):
    counted = results.get("instructions")
    if counted is None:
        return NONE
    cases = {
        "process_system": "new process, the system's CAs",
        "process_one_ca": "new process, one CA",
        "connection_rsa": "new connection, RSA-2048",
        "connection_p384": "new connection, P-384",
        "kept": "kept connection",
    }
    rows = []
    for key in counted["process_one_ca"]:
        cells = []
        for case in cases:
            mine, other = counted[case].get(key), counted[case][LIBCURL]
            cells.append("" if mine is None else f"{mine:,} ({number(mine / other)})")
        rows.append([TITLES[key], *cells])
    return table(["", *cases.values()], rows)


def cached(results):
    samples = results.get("cached")
    if samples is None:
        return NONE
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
    head = ["threads", "one call", "by hand", "ratio", "calls a second, of all threads", "of one thread's"]
    return table(head, rows)


def memory(results):
    samples = results.get("memory")
    if samples is None:
        return NONE
    counts = list(samples[LIBMOMO])
    rows = []
    for program in PROGRAMS:
        if not program.has("clients"):
            rows.append([program.title, f"none: {program.lacks['clients']}", *[""] * len(counts)])
            continue
        mine = samples[program.key]
        peaks = [mebibytes(mine[count]) if count in mine else "—" for count in counts]
        rows.append([program.title, *peaks, f"{number(memory_of_each(mine))} KiB"])
    return table(["clients", *[f"{int(count):,}" for count in counts], "each"], rows)


def memory_of_each(peaks):
    """KiB of one client more, between the fewest clients and the most."""
    (first, least), *_, (last, most) = peaks.items()
    return (most - least) / (int(last) - int(first))


SHARED = {
    "own": "a request of its own",
    "directory": "taken from a directory",
    "redis": "taken from Redis",
    "none": "none: a client is made and freed",
}


def shared(results):
    samples = results.get("sharing", {}).get("one")
    if samples is None:
        return NONE
    rows = []
    for key, title in SHARED.items():
        cells = []
        for quantity in ("cpu_ms", "wall_ms"):
            mine, own = samples[key][quantity], samples["own"][quantity]
            cells += [spread(mine, "ms"), number(ratio(mine, own))]
        rows.append([title, *cells, mebibytes(median(samples[key]["rss_kib"]))])
    of = "of a request's"
    return table(["the token", "CPU", of, "wall", of, "peak memory"], rows)


def processes(results):
    samples = results.get("sharing", {}).get("eight")
    if samples is None:
        return NONE
    titles = {
        "own": "libmomo, each for itself",
        "directory": "libmomo, a directory is shared",
        "redis": "libmomo, Redis is shared",
        "libcurl": "libcurl, each for itself",
    }
    rows = []
    for key, title in titles.items():
        requests, cpu, wall = (samples[key][name] for name in ("requests", "cpu_ms", "wall_ms"))
        of = number(ratio(cpu, samples["own"]["cpu_ms"]))
        rows.append([title, f"{median(requests):g}", spread(cpu, "ms"), of, spread(wall, "ms")])
    head = ["eight processes at once", "requests", "CPU of all", "of that without sharing", "wall"]
    return table(head, rows)


def waits(results):
    if "waits" not in results:
        return NONE
    rows = [
        [
            row["name"],
            f"{row['calls']:,}",
            f"{row['longest_ns'] / 1000:,.0f} µs",
            row["over_a_millisecond"],
            row["refreshes"],
            row["failed_refreshes"],
            row["failed"],
        ]
        for row in results["waits"]
    ]
    head = ["", "calls", "the longest", "over 1 ms", "refreshes", "of them failed", "failed calls"]
    return table(head, rows)
