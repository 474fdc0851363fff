#!/usr/bin/env python3
"""Compares libmomo with libcurl in one run, and prints a table.

    run.py DIRECTORY    where momo, libcurl and momo-mock-gateway were built

CPU seconds are user and system time of whole processes, the two programs in turn, the median of
the pairs' ratios. Instructions are callgrind's, the difference of two run lengths, so that what
happens once is not in them.
"""
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile

PAIRS = 15
SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def cpu(command, environment):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def paired(name, target, ours, theirs, environment, per=1):
    cpu(ours, environment), cpu(theirs, environment)
    pairs = [(cpu(ours, environment), cpu(theirs, environment)) for _ in range(PAIRS)]
    mine, other = (statistics.median(p[i] for p in pairs) * 1000 / per for i in (0, 1))
    ratio = statistics.median(m / o for m, o in pairs)
    row(name, f"{mine:.2f} ms", f"{other:.2f} ms", f"{ratio:.3f}", target)


def instructions(command, environment):
    def run(n):
        with tempfile.NamedTemporaryFile() as out:
            told = subprocess.run(
                ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", *command, str(n)],
                env=environment, check=True, stderr=subprocess.PIPE, text=True).stderr
        return int(re.search(r"Collected : (\d+)", told).group(1))
    return (run(150) - run(50)) // 100


def row(*columns):
    print("| " + " | ".join(columns) + " |", flush=True)


def main(directory):
    program = lambda name: os.path.join(directory, name)
    momo, curl = program("momo"), program("libcurl")
    gateway = subprocess.Popen([program("momo-mock-gateway"), "--until-stdin-closes"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    told = json.loads(gateway.stdout.readline())
    one = dict(os.environ,
               MOMO_BASE_URL=told["base_url"].replace("localhost", "127.0.0.1"),
               MOMO_API_USER=told["api_user"], MOMO_API_KEY=told["api_key"],
               MOMO_SUBSCRIPTION_KEY=told["subscription_key"], MOMO_CA=told["ca"],
               CURL_CA=told["ca"],
               MOMO_PROXY="none")
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as bundle:
        with open(SYSTEM_BUNDLE) as system, open(told["ca"]) as ours:
            bundle.write(system.read() + ours.read())
        bundle.flush()
        # The mock gateway's CA is made one of the system's: both variables are OpenSSL's own. libcurl
        # is given the same bundle (CURLOPT_CAINFO) and, as by its default, no directory to read.
        system = dict(one, MOMO_CA="system", SSL_CERT_FILE=bundle.name,
                      SSL_CERT_DIR=os.path.dirname(SYSTEM_BUNDLE), CURL_CA=bundle.name)
        row("", "libmomo", "libcurl", "ratio", "to reach")
        row("---", "---", "---", "---", "---")
        paired("one token, new process, the system's CAs, CPU", "0.12",
               [momo, "create", "1"], [curl, "create", "1"], system)
        paired("one token, new process, one CA, CPU", "0.35",
               [momo, "create", "1"], [curl, "create", "1"], one)
        paired("a new connection each, CPU", "0.75",
               [momo, "fresh", "100"], [curl, "fresh", "100"], one, 100)
    mine, other = (instructions([p, "create"], one) for p in (momo, curl))
    row("one token on a kept connection, user instructions", f"{mine:,}", f"{other:,}",
        f"{mine / other:.3f}", "0.25")
    def get(threads):
        runs = [float(subprocess.run([momo, "get", "2000000", str(threads)], env=one, check=True,
                                     stdout=subprocess.PIPE).stdout) for _ in range(7)]
        return statistics.median(runs)
    single, double = get(1), get(2)
    row("momo_get_token and momo_free_token, fresh", f"{single:.0f} ns", "", "", "120 ns")
    row("two threads' calls per second, of one's", f"{2 * single / double:.2f}", "", "", "1.7")
    size = os.path.getsize(program("libmomo.so")) / 2**20
    row("libmomo.so, stripped", f"{size:.2f} MiB", "", "", "2.0 MiB")
    gateway.stdin.close()
    gateway.wait()


main(sys.argv[1])
