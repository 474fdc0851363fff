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
from collections.abc import Callable
from dataclasses import dataclass, replace

sys.dont_write_bytecode = True  # the source tree stays as it was checked out

from language_checks import ROOT  # noqa: E402
from language_checks.checks import closing_line  # noqa: E402

LOGS = ROOT / "build/check"
TARGET = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")  # may be absolute
# The tests wait more than they compute: four programs with three tests each on two cores.
CORES = os.cpu_count() or 1
JOBS, THREADS = 2 * CORES, CORES + 1
RESULT = re.compile(r"^(?:test result: \w+\. )?(\d+) passed[;,] (\d+) failed(?:;|$)", re.M)


@dataclass
class Part:
    name: str
    command: list
    after: tuple = ()  # the names of parts that have to succeed before
    folder: str = str(ROOT)
    counts: bool = True  # its output has results of tests
    patient: bool = False  # it leaves the processors to tests that measure time
    more: Callable = tuple  # parts that are known once it has succeeded


# Cargo tells which programs it has compiled.
COMPILED = "cargo test --workspace --no-run --message-format=json-render-diagnostics"
COMPILE = f"{COMPILED} && {COMPILED} --test soak && scripts/model.sh --no-run"


def test_programs():
    # The soak, which is compiled last, takes longest.
    for line in reversed((LOGS / "compile.log").read_text().splitlines()):
        told = json.loads(line) if line.startswith('{"reason":"compiler-artifact"') else {}
        if not told.get("executable") or not told["profile"]["test"]:
            continue
        folder, program = os.path.dirname(told["manifest_path"]), [told["executable"]]
        name, after = told["target"]["name"], ("library", "packages")
        if folder != str(ROOT):
            name = f"{os.path.basename(folder)}-{name}"
        yield Part(f"tests-{name}", [*program, f"--test-threads={THREADS}"], after, folder)
    yield Part("tests-doc", ["cargo", "test", "--workspace", "--doc"])
    yield Part("model", ["scripts/model.sh"], patient=True)
    # It compiles for long, and meanwhile no other part can call Cargo.
    yield Part("seeds", ["scripts/seeds.sh"], ("model", "tests-doc"), patient=True)


def check(_):
    # These are there once they are needed: nobody else waits for Cargo, which compiles the tests.
    os.environ["LIBMOMO_DIR"] = str(ROOT / "build/lib")
    os.environ["LIBMOMO_MOCK"] = str(TARGET / "debug/momo-mock-gateway")
    packages = "scripts/deps.sh tests check-docs && scripts/languages.py --install"
    compile = ["bash", "-c", COMPILE]
    gateway = ["cargo", "build", "--package", "momo-mock-gateway"]
    ready = ("packages", "gateway", "library")
    return [
        Part("gateway", gateway, counts=False),
        # Optimised: one core for a long time. The tests are not: all cores.
        Part("library", ["scripts/build.sh", "--quiet"], counts=False, patient=True),
        Part("packages", ["bash", "-c", packages], counts=False),
        Part("compile", compile, ("gateway",), counts=False, patient=True, more=test_programs),
        Part("languages", ["scripts/languages.py"], ready),
        Part("documentation", ["scripts/docs.py", "check"], ready, patient=True),
    ]


def sanitizers(is_long):
    tools = ["exits", "tests-thread", *(["address", "memcheck", "thread"] if is_long else [])]
    return [
        Part("tools", ["scripts/deps.sh", "tests", "sanitizers"], counts=False),
        *(Part(tool, ["scripts/sanitizers.sh", tool], ("tools",)) for tool in tools),
    ]


def release(is_long):
    long = ["--long"] if is_long else []
    names = [] if is_long else ["python", "javascript", "php", "go"]
    only = ["--only", ",".join(names)] if names else []
    install = f"scripts/packages.py install {' '.join([*long, *only])}"
    install += f" && scripts/check-dist.py --install {' '.join(long)}"
    ready, check_package = ("packages", "check-tools"), ["scripts/packages.py", "check"]
    parts = [
        Part("dist-tools", ["scripts/deps.sh", "dist"], counts=False),
        # This takes a minute, and the compiler works meanwhile.
        Part("check-tools", ["bash", "-c", install], ("dist-tools",), counts=False),
        Part("dist", ["scripts/dist.sh"], ("dist-tools",), counts=False),
        Part("packages", ["scripts/packages.py", "build", *only], ("dist",), counts=False),
        Part("check-dist", ["scripts/check-dist.py", *long], ready),
    ]
    for name in names:
        parts.append(Part(f"check-{name}", [*check_package, "--only", name], ready))
    if is_long:
        # These two have one prefix of wine.
        parts.append(Part("check-packages", [*check_package, "--long"], ready))
        wine = ["scripts/check-targets.sh", "--wine"]
        parts.append(Part("wine", wine, ("check-packages",)))
    return parts


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
    counts = RESULT.findall(text)
    passed, failed = (sum(int(each[which]) for each in counts) for which in (0, 1))
    if failed == 0 and (status != 0 or (part.counts and not counts)):
        failed = 1
    if failed:
        # What Cargo says in JSON is for this program alone.
        text = re.sub(r'^\{"reason":.*\n', "", text, flags=re.M).rstrip()
        print(f"--- {part.name}: exit status {status}\n{text}\n---")
    what = f"{passed} passed, {failed} failed, " if part.counts or failed else ""
    print(f"{part.name}: {what}{seconds:.0f} s", flush=True)
    return passed, failed


def run(parts):
    """The tests that passed and failed, in all parts."""
    waiting, running, done = [*parts], {}, {}

    while waiting or running:
        for part in [*waiting]:
            if any(done[name][1] for name in part.after if name in done):
                waiting.remove(part)
                done[part.name] = 0, 1
                print(f"{part.name}: left out", flush=True)
            elif len(running) < JOBS and set(part.after) <= done.keys():
                waiting.remove(part)
                running[part.name] = part, start(part), time.monotonic()
        time.sleep(0.1)
        for name, (part, process, begin) in [*running.items()]:
            if process.poll() is not None:
                del running[name]
                done[name] = result(part, process.returncode, time.monotonic() - begin)
                if not done[name][1]:
                    waiting += part.more()
    return [sum(counts) for counts in zip(*done.values())]


def main():
    plans = {"check": check, "sanitizers": sanitizers, "release": release}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("plan", choices=plans)
    parser.add_argument("--long", action="store_true", help="also what CI has no time for")
    parser.add_argument("--only", metavar="PART,…", type=lambda text: text.split(","))
    options = parser.parse_args()
    begin, parts = time.monotonic(), plans[options.plan](options.long)
    if options.only:
        # What the parts need is there already.
        if options.plan == "check" and (LOGS / "compile.log").exists():
            parts += test_programs()
        parts = [replace(part, after=()) for part in parts if part.name in options.only]
    print("build/check/PART.log has what a part prints", flush=True)
    passed, failed = run(parts)
    print(f"{options.plan}: {time.monotonic() - begin:.0f} s")
    return closing_line(passed, failed)


if __name__ == "__main__":
    sys.exit(main())
