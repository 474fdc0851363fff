#!/usr/bin/env python3
"""What a new process pays for a token that another one has shared, next to a request of its own.

    shared.py DIRECTORY    where momo and momo-mock-gateway were built

Each kind in turn; CPU seconds are user and system time of the whole process, and the last row is
that of a process that does nothing.
"""
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 60


def once(command, environment):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=environment, check=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return cpu * 1000, wall * 1000


def row(*columns):
    print("| " + " | ".join(columns) + " |", flush=True)


def start_redis(directory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(["redis-server", "--bind", "127.0.0.1", "--port", str(port),
                               "--save", "", "--dir", directory], stdout=subprocess.DEVNULL)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return server, f"redis://127.0.0.1:{port}"
        except ConnectionRefusedError:
            time.sleep(0.01)


def main(directory):
    program = lambda name: os.path.join(directory, name)
    gateway = subprocess.Popen([program("momo-mock-gateway"), "--until-stdin-closes"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    told = json.loads(gateway.stdout.readline())
    own = dict(os.environ,
               MOMO_BASE_URL=told["base_url"].replace("localhost", "127.0.0.1"),
               MOMO_API_USER=told["api_user"], MOMO_API_KEY=told["api_key"],
               MOMO_SUBSCRIPTION_KEY=told["subscription_key"], MOMO_CA=told["ca"],
               MOMO_PROXY="none")
    with tempfile.TemporaryDirectory() as scratch:
        redis, url = start_redis(scratch)
        cold = [program("momo"), "cold", "1"]
        kinds = {
            "a request of its own": (cold, own),
            "a warm directory": (cold, dict(own, MOMO_CACHE="file:" + os.path.join(scratch, "tokens"))),
            "a warm Redis": (cold, dict(own, MOMO_CACHE=url)),
            "no token: the client alone": ([program("momo"), "cold", "0"], own),
            "true(1)": (["true"], own),
        }
        for command, environment in kinds.values():
            once(command, environment)
        rounds = [{name: once(*kind) for name, kind in kinds.items()} for _ in range(ROUNDS)]
        redis.kill()
        redis.wait()
    row("one token, new process, one CA", "CPU", "of a request", "wall", "of a request")
    row(*["---"] * 5)
    for name in kinds:
        cells = []
        for part in (0, 1):
            median = statistics.median(each[name][part] for each in rounds)
            ratio = statistics.median(each[name][part] / each["a request of its own"][part] for each in rounds)
            cells += [f"{median:.2f} ms", f"{ratio:.2f}"]
        row(name, *cells)
    gateway.stdin.close()
    gateway.wait()


main(sys.argv[1])
