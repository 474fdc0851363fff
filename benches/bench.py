#!/usr/bin/env python3
"""Compares libmomo with what a program would use instead, in one run.

Writes the samples to build/bench/results.json and, from them, docs/performance.md, its chart and
the figures of README.md. With --quick or --only it writes the samples alone.
"""

import argparse
import json
import subprocess
import sys

sys.dont_write_bytecode = True  # the source tree stays as it was checked out
sys.path.append(f"{sys.path[0]}/../scripts")  # the mock gateway is there

import cases  # noqa: E402
import page  # noqa: E402
import programs  # noqa: E402
from servers import World  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="tiny counts: does everything work?")
    parser.add_argument("--only", choices=cases.CASES, help="this case alone")
    options = parser.parse_args()
    counts = cases.QUICK if options.quick else cases.RECORDED
    with_rivals = options.only not in cases.ALONE

    needs = ["bench"] if with_rivals else ["nginx"]
    subprocess.run([programs.ROOT / "scripts/deps.sh", *needs], check=True)
    subprocess.run([programs.ROOT / "scripts/build.sh", "--quiet"], check=True)
    programs.build(with_rivals)

    results = {"rounds": counts.rounds}
    if with_rivals:
        results |= programs.describe()
    with World(counts) as world:
        for name, measure in cases.CASES.items():
            if options.only in (None, name):
                print(f"measuring: {name}", file=sys.stderr, flush=True)
                results[name] = measure(world)
                # After each: what was measured stays if a later case fails.
                (programs.OUT / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    if options.only:
        print(json.dumps(results[options.only]))
    else:
        texts = [path.read_text() for path in page.PAGES]
        print(page.filled(texts[0], results))
        if not options.quick:
            page.write(results)


if __name__ == "__main__":
    main()
