#!/usr/bin/env python3
"""Runs the parts of a check side by side: check.py check|sanitizers|release [--long]

What a part prints goes to build/check/PART.log. It is shown whole if the part fails; otherwise one
line tells the results and the time. The last line is "N passed, M failed", over all parts. A part
that prints no result of a test fails, unless it only prepares others.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass

sys.dont_write_bytecode = True  # the source tree stays as it was checked out

from language_checks import ROOT  # noqa: E402
from language_checks.checks import closing_line  # noqa: E402

LOGS = ROOT / "build/check"
# The tests wait more than they compute: there are some six at a time on two cores.
THREADS = os.cpu_count() or 1
JOBS = THREADS + 1
RESULT = re.compile(
    r"^test result: .*?(\d+) passed; (\d+) failed|^(\d+) passed, (\d+) failed$", re.M
)


@dataclass
class Part:
    name: str
    command: list
    folder: str = str(ROOT)
    counts: bool = True  # its output has results of tests
    patient: bool = False  # it leaves the processors to tests that measure time


# Cargo tells which programs it has compiled. What is compiled later would hold other parts up.
COMPILE = """
set -e
cargo test --workspace --no-run --message-format=json-render-diagnostics
cargo test --workspace --no-run --test soak --message-format=json-render-diagnostics
cargo build --package momo-mock-gateway
scripts/model.sh --no-run
"""


def test_programs():
    """The name, the program and the folder of each test program, as the part `compile` has told."""
    for line in (LOGS / "compile.log").read_text().splitlines():
        told = json.loads(line) if line.startswith('{"reason":"compiler-artifact"') else {}
        if told.get("executable") and told["profile"]["test"]:
            yield told["target"]["name"], told["executable"], os.path.dirname(told["manifest_path"])


def check(_):
    packages = "scripts/deps.sh tests check-docs && scripts/languages.py --install"
    yield [
        # The released library (optimised: one core for a long time) while the tests are compiled
        # (not optimised: all cores).
        Part("library", ["scripts/build.sh", "--quiet"], counts=False),
        Part("compile", ["bash", "-c", COMPILE], counts=False),
        Part("packages", ["bash", "-c", packages], counts=False),
    ]
    # The tests of the library's files take the one that is there, rather than build it again.
    os.environ["LIBMOMO_DIR"] = str(ROOT / "build/lib")
    tests = {
        name: Part(f"tests-{name}", [program, f"--test-threads={THREADS}"], folder)
        for name, program, folder in test_programs()
    }
    soak = tests.pop("soak")
    yield [
        Part("languages", ["scripts/languages.py"], patient=True),
        Part("soak", soak.command[:1]),
        Part("documentation", ["scripts/docs.py", "check"], patient=True),
        Part("model", ["scripts/model.sh"], patient=True),
        *tests.values(),
        Part("tests-doc", ["cargo", "test", "--workspace", "--doc"]),
    ]


def sanitizers(is_long):
    tools = ["exits", "tests-thread", *(["address", "memcheck", "thread"] if is_long else [])]
    yield [Part("packages", ["scripts/deps.sh", "tests", "sanitizers"], counts=False)]
    yield [Part(tool, ["scripts/sanitizers.sh", tool]) for tool in tools]


def release(is_long):
    long = ["--long"] if is_long else []
    only = [] if is_long else ["--only", "python,javascript,php,go"]
    yield [Part("dist", ["scripts/dist.sh"], counts=False)]
    yield [Part("packages", ["scripts/packages.py", "build", *only], counts=False)]
    yield [
        Part("check-dist", ["scripts/check-dist.py", *long]),
        Part("check-packages", ["scripts/packages.py", "check", *long, *only]),
        *([Part("wine", ["scripts/check-targets.sh", "--wine"])] if is_long else []),
    ]


def start(part):
    LOGS.mkdir(parents=True, exist_ok=True)
    nice = ["nice", "-n", "10"] if part.patient else []
    with (LOGS / f"{part.name}.log").open("w") as log:
        return subprocess.Popen(
            [*nice, *part.command],
            cwd=part.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def result(part, status, seconds):
    """The tests that passed and failed. A program that crashes says nothing: that is a failure."""
    text = (LOGS / f"{part.name}.log").read_text(errors="replace")
    counts = [[int(each or 0) for each in found] for found in RESULT.findall(text)]
    passed = sum(each[0] + each[2] for each in counts)
    failed = sum(each[1] + each[3] for each in counts)
    if failed == 0 and (status != 0 or (part.counts and not counts)):
        failed = 1
    if failed:
        print(f"--- {part.name}: exit status {status}\n{text.rstrip()}\n---")
    what = f"{passed} passed, {failed} failed, " if part.counts or failed else ""
    print(f"{part.name}: {what}{seconds:.0f} s", flush=True)
    return passed, failed


def run(parts):
    """The tests that passed and failed, in all parts."""
    waiting, running, passed, failed = [*parts], [], 0, 0
    while waiting or running:
        while waiting and len(running) < JOBS:
            running.append((waiting[0], start(waiting[0]), time.monotonic()))
            del waiting[0]
        time.sleep(0.1)
        for each in [*running]:
            part, process, begin = each
            if process.poll() is not None:
                running.remove(each)
                counts = result(part, process.returncode, time.monotonic() - begin)
                passed, failed = passed + counts[0], failed + counts[1]
    return passed, failed


def main():
    plans = {"check": check, "sanitizers": sanitizers, "release": release}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("plan", choices=plans)
    parser.add_argument("--long", action="store_true", help="also what CI has no time for")
    parser.add_argument("--only", metavar="PART,…", help="these parts, of what is there already")
    options = parser.parse_args()
    begin, passed, failed = time.monotonic(), 0, 0
    # A stage needs all of the one before.
    for stage in plans[options.plan](options.long):
        if options.only:
            stage = [part for part in stage if part.name in options.only.split(",")]
        counts = run(stage)
        passed, failed = passed + counts[0], failed + counts[1]
        if failed:
            break
    print(f"{options.plan}: {time.monotonic() - begin:.0f} s")
    return closing_line(passed, failed)


if __name__ == "__main__":
    sys.exit(main())
