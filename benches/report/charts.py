"""The charts of the page, as SVG: the same bytes of the same results."""

from dataclasses import dataclass

import matplotlib
from cycler import cycler
from matplotlib import pyplot
from matplotlib.ticker import FuncFormatter

from harness.programs import LIBMOMO, PROGRAMS

from .figures import median, number, quartiles

matplotlib.use("svg")
matplotlib.rcParams.update(
    {
        "svg.hashsalt": "libmomo",  # for names of parts, which are random otherwise
        "svg.fonttype": "none",  # text stays text, in the reader's own font
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        # No green: that is libmomo's.
        "axes.prop_cycle": cycler(
            color=["#1f77b4", "#ff7f0e", "#d62728", "#9467bd", "#8c564b", "#17becf"]
        ),
    }
)
OURS, OTHERS, QUARTILES = "#2e8b57", "#6b737b", "#333a41"
PLAIN = FuncFormatter(lambda value, _: f"{value:,g}")


@dataclass(frozen=True)
class Times:
    """The CPU time of one token by each program, in one case or in two."""

    name: str
    cases: dict  # by their keys, what the legend says of them

    def draw(self, results):
        samples = results["requests"]
        shown = [p for p in PROGRAMS if all(p.key in samples[case] for case in self.cases)]
        figure, axes = pyplot.subplots(figsize=(7, 0.9 + 0.42 * len(shown)))
        looks = ("full", 6), ("none", -13)  # the mark, and how far above it its figure is
        for (fill, above), (case, title) in zip(looks, self.cases.items()):
            for row, program in enumerate(shown):
                cpu = samples[case][program.key]["cpu_ms"]
                middle, (low, high) = median(cpu), quartiles(cpu)
                axes.errorbar(
                    middle,
                    row,
                    xerr=[[middle - low], [high - middle]],
                    fmt="o",
                    fillstyle=fill,
                    markersize=7,
                    color=OURS if program.key == LIBMOMO else OTHERS,
                    ecolor=QUARTILES,
                    elinewidth=1,
                    label=title if program is shown[-1] else None,
                )
                place = {"xytext": (0, above), "textcoords": "offset points", "ha": "center"}
                axes.annotate(number(middle), (middle, row), fontsize=8, **place)
        axes.set_yticks(range(len(shown)), [program.title for program in shown])
        axes.set_ylim(len(shown) - 0.4, -0.7)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(PLAIN)
        axes.grid(axis="x", color="#e3e6e9")
        axes.set_axisbelow(True)
        axes.set_xlabel("CPU time of one token, ms; medians and quartiles")
        if len(self.cases) > 1:
            axes.legend(frameon=False, ncol=2, loc="lower right", bbox_to_anchor=(1, 1))
        return figure


@dataclass(frozen=True)
class Memory:
    name: str

    def draw(self, results):
        figure, axes = pyplot.subplots(figsize=(7, 4))
        for program in PROGRAMS:
            if program.key not in results["memory"]:
                continue
            peaks = results["memory"][program.key]
            is_ours = program.key == LIBMOMO
            axes.plot(
                [int(count) for count in peaks],
                [kibibytes / 1024 for kibibytes in peaks.values()],
                marker="o",
                markersize=4,
                color=OURS if is_ours else None,
                linewidth=2.5 if is_ours else 1.2,
                label=program.title,
            )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.xaxis.set_major_formatter(PLAIN)
        axes.yaxis.set_major_formatter(PLAIN)
        axes.set_xlabel("clients in one process, each with a kept connection")
        axes.set_ylabel("peak memory, MiB")
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
        return figure


@dataclass(frozen=True)
class Threads:
    name: str

    def draw(self, results):
        figure, axes = pyplot.subplots(figsize=(7, 3))
        threads = [int(count) for count in results["cached"]]
        medians = [median(samples["ns"]) for samples in results["cached"].values()]
        rates = [count * 1e3 / ns for count, ns in zip(threads, medians)]
        axes.plot(threads, rates, marker="o", color=OURS)
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter(PLAIN)
        axes.set_ylim(0)
        axes.set_xlabel("threads")
        axes.set_ylabel("million calls a second")
        return figure


CHARTS = {
    "requests": [
        Times(
            "performance-process",
            {"process_system": "the system's CAs", "process_one_ca": "one CA"},
        ),
        Times("performance-connection", {"connection_rsa": "RSA-2048", "connection_p384": "P-384"}),
        Times("performance-kept", {"kept": ""}),
    ],
    "memory": [Memory("performance-memory")],
    "cached": [Threads("performance-threads")],
}


def draw(results, folder):
    """Writes each chart that there are results for. Returns the files."""
    files = []
    for case, charts in CHARTS.items():
        for chart in charts if case in results else []:
            figure = chart.draw(results)
            file = folder / f"{chart.name}.svg"
            nothing = {"Date": None, "Creator": None}
            figure.savefig(file, bbox_inches="tight", facecolor="white", metadata=nothing)
            pyplot.close(figure)
            # Some lines end with blanks, which no diff likes.
            lines = [line.rstrip() for line in file.read_text().splitlines()]
            file.write_text("\n".join(lines) + "\n")
            files.append(file)
    return files
