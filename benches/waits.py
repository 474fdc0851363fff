#!/usr/bin/env python3
"""A million momo_get_token calls from eight threads while tokens are refreshed: the longest one.

    waits.py DIRECTORY    where waits and momo-mock-gateway were built

Each row is a run of its own: without a refresh; the gateway responding after 300 ms; silent, as a
stopped process is; gone. Threads that want a processor wait for one in every run, the first too.
"""
import json
import os
import signal
import subprocess
import sys
import time

CALLS, THREADS = 1_000_000, 8


def row(*columns):
    print("| " + " | ".join(columns) + " |", flush=True)


def run(directory, name, path, seconds, end=None):
    program = lambda name: os.path.join(directory, name)
    gateway = subprocess.Popen([program("momo-mock-gateway"), "--until-stdin-closes"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    told = json.loads(gateway.stdout.readline())
    environment = dict(os.environ,
                       MOMO_BASE_URL=told["base_url"].replace("localhost", "127.0.0.1") + path,
                       MOMO_API_USER=told["api_user"], MOMO_API_KEY=told["api_key"],
                       MOMO_SUBSCRIPTION_KEY=told["subscription_key"], MOMO_CA=told["ca"],
                       MOMO_PROXY="none")
    calls = subprocess.Popen([program("waits"), str(CALLS), str(THREADS), str(seconds)],
                             env=environment, stdout=subprocess.PIPE, text=True)
    if end is not None:
        time.sleep(seconds / 2)
        gateway.send_signal(end)
    counts = json.loads(calls.communicate()[0])
    gateway.kill()
    gateway.wait()
    row(name, f"{counts['calls']:,}", f"{counts['longest_ns'] / 1000:,.0f} µs",
        str(counts["over_a_millisecond"]), str(counts["refreshes"]),
        str(counts["failed_refreshes"]), str(counts["failed"]))


row("momo_get_token, 8 threads", "calls", "the longest", "over 1 ms", "refreshes",
    "of them failed", "failed calls")
row(*["---"] * 7)
run(sys.argv[1], "no refresh", "", 30)
# A token of four seconds is refreshed every 2.8 to 3; one of twenty is good for 19, stale from 15.
run(sys.argv[1], "the gateway responds after 300 ms", "/delay-300/lifetime-4", 32)
run(sys.argv[1], "the gateway is silent", "/lifetime-20", 18.5, signal.SIGSTOP)
run(sys.argv[1], "the gateway is gone", "/lifetime-20", 18.5, signal.SIGKILL)
