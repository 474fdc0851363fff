"""The chart of the page, as SVG: CPU time of one token in a new process, by each program."""

import math
import statistics

from programs import LIBMOMO, PROGRAMS

CASES = {"process_system": "the system's CAs", "process_one_ca": "one CA"}
OURS, OTHERS, LINES = "#2e8b57", "#6b737b", "#e3e6e9"
LEFT, WIDTH, TOP, ROW = 140, 520, 40, 30


def medians(results, case):
    samples = results["requests"][case]
    return {each.key: statistics.median(samples[each.key]["cpu_ms"]) for each in PROGRAMS}


def number(value):
    """With three significant digits, and at most three after the point."""
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{digits}f}"


def image(results):
    """The image, with a text for readers who do not see it."""
    system = medians(results, "process_system")
    each = "; ".join(f"{program.title} {number(system[program.key])} ms" for program in PROGRAMS)
    return f"![CPU time of one token in a new process: {each}.](performance.svg)"


def drawn(results):
    found = {case: medians(results, case) for case in CASES}
    values = [value for of_case in found.values() for value in of_case.values()]
    low, high = (math.log10(limit) for limit in (min(values) / 1.3, max(values) * 1.3))
    height = TOP + ROW * len(PROGRAMS)
    parts = []

    def at(value):
        return LEFT + WIDTH * (math.log10(value) - low) / (high - low)

    def text(x, y, words, anchor="middle", size=12):
        place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
        parts.append(f'<text {place} fill="#333a41">{words}</text>')

    def dot(x, y, color, is_full):
        fill = color if is_full else "white"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{fill}" stroke="{color}"/>')

    for tick in (2, 5, 10, 20, 50, 100, 200):
        if low < math.log10(tick) < high:
            line = f'x1="{at(tick):.1f}" x2="{at(tick):.1f}" y1="{TOP}" y2="{height}"'
            parts.append(f'<line {line} stroke="{LINES}"/>')
            text(at(tick), height + 16, tick)
    for row, program in enumerate(PROGRAMS):
        y = TOP + ROW * (row + 0.5)
        text(LEFT - 10, y + 4, program.title, "end")
        color = OURS if program.key == LIBMOMO else OTHERS
        for (case, each), below in zip(found.items(), (-8, 16)):
            dot(at(each[program.key]), y, color, case == "process_system")
            text(at(each[program.key]), y + below, number(each[program.key]), size=9)
    for place, (case, title) in enumerate(CASES.items()):
        dot(LEFT + 15 + 130 * place, 16, OTHERS, case == "process_system")
        text(LEFT + 25 + 130 * place, 20, title, "start")
    text(LEFT + WIDTH / 2, height + 36, "CPU time of one token in a new process, ms (medians)")
    size = f'width="{LEFT + WIDTH + 20}" height="{height + 46}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">'
    return "\n".join(
        [head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>", ""]
    )
