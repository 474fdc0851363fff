"""Measures programs in turn, one run of each in every round: never all of one, then all of the next.

A slow second of the machine meets all of them, and a ratio is taken within a round.
"""

import json
import subprocess

from . import OUT


def run(command, environment, copies=1):
    """What copies of a program took together: CPU and wall time, and the peak memory of the largest."""
    measure = [OUT / "measure", str(copies), *command]
    done = subprocess.run(measure, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def per_token(command, environment, count):
    """The difference of two run lengths, so that what happens once in a process is not in it."""
    short = run([*command, "1"], environment)
    long = run([*command, str(1 + count)], environment)
    times = {name: (long[name] - short[name]) / count for name in ("cpu_ms", "wall_ms")}
    return times | {"rss_kib": long["rss_kib"]}


def alternate(measurements, rounds):
    """Calls each measurement once a round. Returns the samples of each by name and quantity."""
    for measure in measurements.values():
        measure()  # what is read from the disk for the first time
    samples = {name: {} for name in measurements}
    names = list(measurements)
    for number in range(rounds):
        first = number % len(names)  # nobody always comes after the same one
        for name in names[first:] + names[:first]:
            for quantity, value in measurements[name]().items():
                samples[name].setdefault(quantity, []).append(round(value, 4))
    return samples
