"""Servers under load: rows of a check, and the program that asks them for pages.

    servers.py [--processes N] [--shared-cache] [--path /] [--workers N] [--connections N]
               [--requests N | --seconds N [--reload]] -- COMMAND...

COMMAND is a server: it prints http://127.0.0.1:PORT or unix:PATH somewhere in a line once it
listens, and ends by SIGTERM. A page is a JSON object with `pid`, of the process or worker that made
it, and `token_sha256`. Of several processes each has its share of the connections; with
--shared-cache they have a directory for tokens, new and theirs alone, by MOMO_CACHE. If one of
several workers may take all connections that wait, as they come up, --workers has each of them make
a page before the pages that count are asked for.

With --seconds it asks as often as it goes, while tokens grow stale and are refreshed. Pages then
also have `begin` and `milliseconds`, on one clock. --reload sends SIGHUP after half of the time:
the server has new workers.

Prints one JSON object: how many pages came with HTTP status 200, or how many of them waited for a
token although it was not their worker's first page; from how many workers, with how many tokens;
and the exit codes of the servers.
"""

import argparse
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import cycle

SECONDS = 30

LOAD = [sys.executable, os.path.abspath(__file__)]
PAGES = 1000
# The mock gateway takes 300 ms: a page that takes less did not wait for it.
WAITED_MS = 300


def row(name, command, options, expected, requests, **more):
    return {
        "name": name,
        "command": [*LOAD, *options, "--", *command],
        "path": f"/delay-{WAITED_MS}",
        "expect": {"exits": [0]} | expected,
        "requests": requests,
    } | more


def rows(title, command, exit_code=0):
    """A server of one process, and two of them that share tokens through a directory.

    `exit_code` is what a server ends with after a SIGTERM.
    """
    one = {"pages": PAGES, "workers": 1, "tokens": 1, "exits": [exit_code]}
    yield row(title, command, [], one, 1)
    two = one | {"workers": 2, "exits": 2 * [exit_code]}
    yield row(f"two of {title}, one cache", command, ["--processes=2", "--shared-cache"], two, 1)


def prefork(title, command, options=(), **more):
    """A server with four workers, without and with a directory for tokens."""
    four = {"pages": PAGES, "workers": 4, "tokens": 4}
    yield row(title, command, options, four, 4, **more)
    shared, one = [*options, "--shared-cache"], four | {"tokens": 1}
    yield row(f"{title}, one cache", command, shared, one, 1, **more)


class Server:
    def __init__(self, command, environment):
        self._output = tempfile.NamedTemporaryFile()
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # Under nohup it is ignored, and a shell cannot trap what it was started to ignore.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )

    def said(self):
        with open(self._output.name, encoding="utf-8", errors="replace") as output:
            return output.read()

    def address(self):
        end = time.monotonic() + SECONDS
        while self._process.poll() is None and time.monotonic() < end:
            found = re.search(r"http://(127\.0\.0\.1:\d+)\D|unix:(.*)\n", self.said())
            if found:
                return found[1] or found[2]
            time.sleep(0.02)
        raise RuntimeError("a server does not listen")

    def reload(self):
        self._process.send_signal(signal.SIGHUP)

    def stop(self):
        """Its exit code; a server that does not end is killed, and has one below 0."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self._process.pid, signal.SIGKILL)  # its workers too, if any are left
        except ProcessLookupError:
            pass
        return self._process.wait()


class UnixConnection(http.client.HTTPConnection):
    """To a socket of Unix. A server may close a connection, and it is opened again."""

    def __init__(self, path):
        super().__init__("localhost")
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(SECONDS)
        self.sock.connect(self._path)


def connect(address):
    if address.startswith("/"):
        return closing(UnixConnection(address))
    return closing(http.client.HTTPConnection(address, timeout=SECONDS))


def pages(address, path, turns):
    """The pages of one connection, one in each turn."""
    with connect(address) as connection:
        for _ in turns:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise RuntimeError(f"HTTP status {response.status}: {body!r}")
            page = json.loads(body)
            if not re.fullmatch("[0-9a-f]{64}", page["token_sha256"]):
                raise RuntimeError(f"no fingerprint of a token: {page}")
            yield page


def shares(total, parts):
    return [range(total // parts + (part < total % parts)) for part in range(parts)]


def turns_until(end):
    while time.monotonic() < end:
        yield
        time.sleep(0.02)  # the other programs of this machine want to run, too


def ask(servers, options):
    """The pages of the workers as they come up, and those that count."""
    addresses = [server.address() for server in servers]
    with ThreadPoolExecutor(options.connections) as pool:

        def on_connections(turns):
            asked = pool.map(
                lambda address, mine: list(pages(address, options.path, mine)), cycle(addresses), turns
            )
            return [page for found in asked for page in found]

        first, deadline = [], time.monotonic() + SECONDS
        while len({page["pid"] for page in first}) < options.workers:
            if time.monotonic() > deadline:
                raise RuntimeError("not all workers have made a page")
            first += on_connections([range(1)] * options.connections)
        if options.seconds is None:
            return first, on_connections(shares(options.requests, options.connections))
        if options.reload:
            threading.Timer(options.seconds / 2, servers[0].reload).start()
        end = time.monotonic() + options.seconds
        return first, on_connections([turns_until(end) for _ in range(options.connections)])


def waited(found):
    """How many pages waited for a token, but the first of each worker."""
    begun = set()
    found.sort(key=lambda page: page["begin"])
    later = [page for page in found if page["pid"] in begun or begun.add(page["pid"])]
    return sum(page["milliseconds"] >= WAITED_MS for page in later)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--shared-cache", action="store_true")
    parser.add_argument("--path", default="/")
    parser.add_argument("--requests", type=int, default=PAGES)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--reload", action="store_true")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()

    environment = dict(os.environ)
    with ExitStack() as stack:
        if options.shared_cache:
            folder = stack.enter_context(tempfile.TemporaryDirectory())  # 0700
            environment["MOMO_CACHE"] = f"file:{folder}"
        servers, exits = [], []
        try:
            for _ in range(options.processes):
                servers.append(Server(options.command, environment))
            first, found = ask(servers, options)
        except Exception:
            for server in servers:
                server.stop()
                sys.stderr.write(server.said())
            raise
        exits = [server.stop() for server in servers]
    result = {"pages": len(found)} if options.seconds is None else {"waited": waited(found)}
    for name, member in ("workers", "pid"), ("tokens", "token_sha256"):
        result[name] = len({page[member] for page in first + found})
    print(json.dumps(result | {"exits": exits}))


if __name__ == "__main__":
    main()
