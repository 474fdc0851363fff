#!/usr/bin/env python3
"""Compares libmomo with what one would use instead, in one run. scripts/bench.sh builds the programs.

Writes build/bench/results.json, and of it build/bench/performance.md with its charts.
"""

import argparse
import dataclasses
import json
import shutil
import sys

sys.dont_write_bytecode = True  # the source tree stays as it was checked out

from cases import cached, instructions, memory, requests, sharing, waits  # noqa: E402
from harness import OUT, counts, machine  # noqa: E402
from harness.world import World  # noqa: E402
from report import charts, page, recorded  # noqa: E402
import write_page  # noqa: E402

CASES = {
    "requests": requests,
    "instructions": instructions,
    "cached": cached,
    "sharing": sharing,
    "memory": memory,
    "waits": waits,
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="tiny counts: that everything works")
    parser.add_argument("--rounds", type=int, help="how often each program runs in each case")
    parser.add_argument("--only", choices=CASES, help="this case alone")
    parser.add_argument("--record", action="store_true", help="into docs/ and benches/")
    options = parser.parse_args()
    if options.record and (options.quick or options.rounds):
        parser.error("what is recorded is a run with all of its rounds")
    return options


def main():
    options = arguments()
    chosen = counts.QUICK if options.quick else counts.RECORDED
    if options.rounds:
        chosen = dataclasses.replace(chosen, rounds=options.rounds)
    results = machine.describe() | {"rounds": chosen.rounds}
    if options.record and options.only:
        results = recorded.beside(results)
    with World(chosen) as world:
        for name, case in CASES.items():
            if options.only in (None, name):
                print(f"measuring: {name}", file=sys.stderr, flush=True)
                results[name] = case.measure(world)
    file = OUT / "results.json"
    file.write_text(json.dumps(results, indent=1) + "\n")
    (OUT / "performance.md").write_text(page.text(results))
    charts.draw(results, OUT)
    print((OUT / "performance.md").read_text())
    if options.record:
        shutil.copyfile(file, recorded.RESULTS)
        write_page.write()


if __name__ == "__main__":
    main()
