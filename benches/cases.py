"""The cases that are measured: one table of them, and how each is measured.

Programs run in turn, each once in every round: a slow second of the machine meets all of them, and
a ratio is taken within a round.
"""

import json
import os
import re
import resource
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from language_checks import gateway
from programs import LIBCURL, OUT, PROGRAMS, with_mode


@dataclass(frozen=True)
class Counts:
    rounds: int = 25
    fresh: int = 100  # tokens with a new connection each, in one run
    kept: int = 1000  # tokens on a kept connection, in one run
    few: tuple = (5, 25)  # run lengths for valgrind: new connections
    many: tuple = (50, 150)  # run lengths for valgrind: requests on a kept connection
    clients: tuple = (1, 10, 100, 1000, 10_000)
    threads: tuple = (1, 2, 4, 8, 16, 32, 64)
    calls: int = 4_000_000  # of momo_get_token by all threads together
    waiting_calls: int = 1_000_000
    waiting_scale: float = 1  # of the seconds and lifetimes while tokens are refreshed


RECORDED = Counts()
QUICK = Counts(
    rounds=2,
    fresh=5,
    kept=20,
    few=(2, 4),
    many=(5, 15),
    clients=(1, 10, 50),
    threads=(1, 2, 64),
    calls=100_000,
    waiting_calls=20_000,
    waiting_scale=0.2,
)


@dataclass(frozen=True)
class Request:
    """One token: the mode of the programs, the server's chain, and which authorities are trusted."""

    title: str
    mode: str = "fresh"
    chain: str = "rsa"
    system: bool = False
    new_process: bool = False


REQUESTS = {
    "process_system": Request("a new process, the system's CAs", system=True, new_process=True),
    "process_one_ca": Request("a new process, one CA", new_process=True),
    "connection_rsa": Request("a new connection, RSA-2048"),
    "connection_p384": Request("a new connection, P-384", chain="p384"),
    "kept": Request("a kept connection", mode="kept"),
}


def run(command, environment, copies=1):
    """What copies of a program take together: CPU and wall time, and the peak memory of the largest."""
    measure = [OUT / "measure", str(copies), *command]
    done = subprocess.run(measure, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def per_token(command, environment, count):
    """The difference of two run lengths: what happens once in a process is not in it."""
    short = run([*command, "1"], environment)
    long = run([*command, str(1 + count)], environment)
    times = {name: (long[name] - short[name]) / count for name in ("cpu_ms", "wall_ms")}
    return times | {"rss_kib": long["rss_kib"]}


def alternate(measurements, rounds):
    """Calls each measurement once a round. Returns the samples of each by name and quantity."""
    for measure in measurements.values():
        measure()  # the first run reads from the disk
    samples = {name: {} for name in measurements}
    names = list(measurements)
    for number in range(rounds):
        first = number % len(names)  # no program always follows the same one
        for name in names[first:] + names[:first]:
            for quantity, value in measurements[name]().items():
                samples[name].setdefault(quantity, []).append(round(value, 4))
    return samples


def requests(world):
    check_verification(world)
    check_connections(world)
    return {name: request(world, case) for name, case in REQUESTS.items()}


def request(world, case):
    environment = world.environment(case.chain, case.system)

    def measurement(program):
        command = program.run(case.mode)
        if case.new_process:
            return partial(run, [*command, "1"], environment)
        return partial(per_token, command, environment, getattr(world.counts, case.mode))

    measurements = {program.key: measurement(program) for program in PROGRAMS}
    return alternate(measurements, world.counts.rounds)


def check_verification(world):
    """No program accepts an authority that it was not told to trust, or another name."""
    nginx = world.nginx("rsa")
    by_address = nginx.base_url.replace("localhost", "127.0.0.1")
    untrusted = world.environment("p384") | {"MOMO_BASE_URL": nginx.base_url}
    unnamed = world.environment() | {"MOMO_BASE_URL": by_address}
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for program in PROGRAMS:
        for environment in untrusted, unnamed:
            command = [*program.run("fresh"), "1"]
            if subprocess.run(command, env=environment, **silent).returncode == 0:
                raise RuntimeError(f"{program.title} does not verify the certificate")


def check_connections(world, tokens=5):
    """Every program makes as many connections and requests as its mode says."""
    nginx, environment = world.nginx(), world.environment()
    # Node's pool opens a second connection if a request comes while the first is on its way back.
    for mode, expected in {"fresh": (tokens,), "kept": (1, 2), "clients": (tokens,)}.items():
        for program in with_mode(mode):
            before = nginx.served()
            run([*program.run(mode), str(tokens)], environment)
            connections, served = (after - then for after, then in zip(nginx.served(), before))
            if connections not in expected or served != tokens:
                counted = f"{connections} connections, {served} requests"
                raise RuntimeError(f"{program.title}, {mode}: {counted}")


def instructions(world):
    """Instructions in user space, by callgrind: the same in every run."""

    def count(command, tokens, environment):
        with tempfile.NamedTemporaryFile() as out:
            callgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}"]
            command = [*callgrind, *command, str(tokens)]
            done = subprocess.run(
                command, env=environment, capture_output=True, check=True, text=True
            )
        return int(re.search(r"Collected : (\d+)", done.stderr)[1])

    def of(program, case):
        command, environment = program.run(case.mode), world.environment(case.chain, case.system)
        if case.new_process:
            return count(command, 1, environment)
        lengths = world.counts.many if case.mode == "kept" else world.counts.few
        short, long = (count(command, tokens, environment) for tokens in lengths)
        return (long - short) // (lengths[1] - lengths[0])

    native = [program for program in PROGRAMS if program.is_native]
    return {name: {each.key: of(each, case) for each in native} for name, case in REQUESTS.items()}


def cached(world):
    """momo_get_token and momo_free_token with a fresh token, and the same by hand."""
    environment = world.environment()

    def nanoseconds(mode, threads):
        command = [OUT / "momo", mode, str(world.counts.calls // threads), str(threads)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
        return float(done.stdout)

    def one_call(threads):
        return {
            "ns": nanoseconds("threads", threads),
            "by_hand_ns": nanoseconds("copies", threads),
        }

    measurements = {str(threads): partial(one_call, threads) for threads in world.counts.threads}
    return alternate(measurements, world.counts.rounds)


def sharing(world):
    """Processes that share a token: a new one that finds it there, and eight that start at once."""
    get = [OUT / "momo", "cached", "1"]
    nginx, own = world.nginx(), world.environment()
    redis = world.environment(MOMO_CACHE=world.redis().url)
    warm = world.environment(MOMO_CACHE=f"file:{world.folder / 'warm'}")
    cold = (world.folder / f"cold-{number}" for number in range(world.counts.rounds + 1))

    def eight(command, environment):
        _, before = nginx.served()
        took = run(command, environment, copies=8)
        return took | {"requests": nginx.served()[1] - before}

    def with_new_directory():
        return eight(get, world.environment(MOMO_CACHE=f"file:{next(cold)}"))

    def with_empty_redis():
        world.redis().empty()
        return eight(get, redis)

    libcurl = next(program for program in PROGRAMS if program.key == LIBCURL)
    one_process = {
        "own": partial(run, get, own),
        # The first run, which is not counted, leaves the token there.
        "directory": partial(run, get, warm),
        "redis": partial(run, get, redis),
        "none": partial(run, [OUT / "momo", "cached", "0"], own),
    }
    eight_processes = {
        "own": partial(eight, get, own),
        "directory": with_new_directory,
        "redis": with_empty_redis,
        "libcurl": partial(eight, [*libcurl.run("fresh"), "1"], own),
    }
    return {
        "one": alternate(one_process, world.counts.rounds),
        "eight": alternate(eight_processes, world.counts.rounds),
    }


def memory(world):
    """Peak memory of a process with so many clients, if the system allows it as many open files."""
    environment = world.environment()
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 100  # other files than connections
    return {
        program.key: {
            str(count): run([*program.run("clients"), str(count)], environment)["rss_kib"]
            for count in world.counts.clients
            if count * program.open_files <= allowed
        }
        for program in with_mode("clients")
    }


def waits(world):
    """The longest of many calls from eight threads while tokens are refreshed."""
    scale = world.counts.waiting_scale

    def row(name, path, seconds, end=None):
        seconds *= scale
        with gateway.Gateway() as mock:
            environment = os.environ | mock.environment
            environment["MOMO_BASE_URL"] += path
            counts = [world.counts.waiting_calls // 8, 8, seconds]
            command = [OUT / "momo", "waits", *map(str, counts)]
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
            if end is not None:
                time.sleep(seconds / 2)
                mock.signal(end)
            counts = json.loads(process.communicate()[0])
            with suppress(ProcessLookupError):  # it may have ended
                mock.signal(signal.SIGKILL)  # a stopped one ends in no other way
        return {"name": name, **counts}

    # A token of four seconds is refreshed every 2.8 to 3; one of twenty is good for 19, stale from 15.
    long = f"/lifetime-{round(20 * scale)}"
    return [
        row("no refresh", "", 30),
        row("the gateway responds after 300 ms", "/delay-300/lifetime-4", 32),
        row("the gateway is silent", long, 18.5, signal.SIGSTOP),
        row("the gateway is gone", long, 18.5, signal.SIGKILL),
    ]


CASES = {
    "requests": requests,
    "instructions": instructions,
    "cached": cached,
    "sharing": sharing,
    "memory": memory,
    "waits": waits,
}
ALONE = ("cached", "waits")  # these need no other program
