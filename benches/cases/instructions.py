"""Instructions in user space, by callgrind: the same in every run, whatever else the machine does."""

import re
import subprocess
import tempfile

from harness import programs


def measure(world):
    native = [program for program in programs.PROGRAMS if program.is_native]
    one_ca, system = world.environment(), world.environment(system=True)
    counts = world.counts
    return {
        "process_system": {each.key: count(each.run("fresh"), 1, system) for each in native},
        "process_one_ca": {each.key: count(each.run("fresh"), 1, one_ca) for each in native},
        "connection_rsa": {
            each.key: difference(each.run("fresh"), counts.few, one_ca) for each in native
        },
        "connection_p384": {
            each.key: difference(each.run("fresh"), counts.few, world.environment("p384"))
            for each in native
        },
        "kept": {
            each.key: difference(each.run("kept"), counts.many, one_ca)
            for each in native
            if each.has("kept")
        },
    }


def count(command, tokens, environment):
    with tempfile.NamedTemporaryFile() as out:
        callgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}"]
        command = [*callgrind, *command, str(tokens)]
        done = subprocess.run(
            command,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def difference(command, lengths, environment):
    """Of one token: what happens once in a process is not in it."""
    short, long = (count(command, tokens, environment) for tokens in lengths)
    return (long - short) // (lengths[1] - lengths[0])
