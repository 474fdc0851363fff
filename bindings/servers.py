"""Servers under load: rows of a check, and the program that asks them for pages.

    servers.py [--processes N] [--shared-cache] [--path /] [--workers N] [--requests N]
               [--connections N] -- COMMAND...

COMMAND is a server: it prints http://127.0.0.1:PORT somewhere in a line once it listens, and ends
by SIGTERM. A page is a JSON object with `pid`, of the process or worker that made it, and
`token_sha256`. Of several processes each has its share of the connections; with --shared-cache
they have a directory for tokens, new and theirs alone, by MOMO_CACHE. If one of several workers may
take all connections that wait, as they come up, --workers has each of them make a page before the
pages that count are asked for.

Prints one JSON object: how many pages came with HTTP status 200, from how many workers, with how
many tokens; and the exit codes of the servers.
"""

import argparse
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle

SECONDS = 30

LOAD = [sys.executable, os.path.abspath(__file__)]
PAGES = 1000


def rows(title, command, workers=1, exit_code=0):
    """What this program tells of one server, and of two that share tokens through a directory.

    `workers` is how many processes one server has for its requests, `exit_code` what it ends with
    after a SIGTERM.
    """
    yield {
        "name": title,
        "command": [*LOAD, f"--requests={PAGES}", "--", *command],
        "path": "/delay-300",
        "expect": {"pages": PAGES, "workers": workers, "tokens": workers, "exits": [exit_code]},
        "requests": workers,
    }
    two = ["--processes=2", "--shared-cache"]
    yield {
        "name": f"two of {title}, one cache",
        "command": [*LOAD, f"--requests={PAGES}", *two, "--", *command],
        "path": "/delay-300",
        "expect": {"pages": PAGES, "workers": 2 * workers, "tokens": 1, "exits": 2 * [exit_code]},
        "requests": 1,
    }


def prefork(title, command, options=(), **more):
    """What it tells of a server with four workers, without and with a directory for tokens."""
    for name, tokens, shared in ((title, 4, []), (f"{title}, one cache", 1, ["--shared-cache"])):
        yield {
            "name": name,
            "command": [*LOAD, f"--requests={PAGES}", *options, *shared, "--", *command],
            "path": "/delay-300",
            "expect": {"pages": PAGES, "workers": 4, "tokens": tokens, "exits": [0]},
            "requests": tokens,
        } | more


class Server:
    def __init__(self, command, environment):
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._said = []
        self._listens = threading.Event()
        self._port = None
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self._said.append(line)
            found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            if found and not self._port:
                self._port = int(found[1])
                self._listens.set()
        self._listens.set()  # or never will

    def port(self):
        if not self._listens.wait(SECONDS) or not self._port:
            raise RuntimeError("a server does not listen")
        return self._port

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
        self._process.wait()
        self._reader.join()
        return self._process.returncode

    def tell(self):
        sys.stderr.write("".join(self._said))


def pages(port, path, count):
    """The pages of one connection, by their status and what they say."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        for _ in range(count):
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise RuntimeError(f"HTTP status {response.status}: {body!r}")
            page = json.loads(body)
            if not re.fullmatch("[0-9a-f]{64}", page["token_sha256"]):
                raise RuntimeError(f"no fingerprint of a token: {page}")
            yield page["pid"], page["token_sha256"]
    finally:
        connection.close()


def shares(total, parts):
    return [total // parts + (part < total % parts) for part in range(parts)]


def ask(servers, options):
    """The pages of the workers as they come up, and those that count."""
    ports = [server.port() for server in servers]
    with ThreadPoolExecutor(options.connections) as pool:

        def on_connections(counts):
            asked = pool.map(
                lambda port, count: list(pages(port, options.path, count)), cycle(ports), counts
            )
            return [page for found in asked for page in found]

        first, deadline = [], time.monotonic() + SECONDS
        while len({worker for worker, _ in first}) < options.workers:
            if time.monotonic() > deadline:
                raise RuntimeError("not all workers have made a page")
            first += on_connections([1] * options.connections)
        return first, on_connections(shares(options.requests, options.connections))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--shared-cache", action="store_true")
    parser.add_argument("--path", default="/")
    parser.add_argument("--requests", type=int, default=1000)
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
                server.tell()
            raise
        exits = [server.stop() for server in servers]
    workers, tokens = map(set, zip(*first, *found))
    result = {"pages": len(found), "workers": len(workers), "tokens": len(tokens), "exits": exits}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
