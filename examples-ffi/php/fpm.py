"""Asks for a page, of nginx before four workers of PHP-FPM, and prints what they did.

    fpm.py              400 times
    fpm.py SECONDS      as often as it goes, while tokens grow stale and are refreshed

A worker lives for many requests. Each request loads the library, makes a client and frees it, and
all of a worker's requests share one token: as many tokens as workers and lifetimes. A thread of the
library refreshes it, which goes on when the request that began it has ended.
"""

import getpass
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
REQUESTS = 400
AT_A_TIME = 8
SECONDS = 20
# The mock gateway takes 300 ms: a page that takes less did not wait for it.
WAITED_MS = 300


class Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=SECONDS)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def main():
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        try:
            # Both want to be told where they may write; root's workers are root's too, so that
            # they reach that directory.
            as_root = ["--allow-to-run-as-root"] if os.geteuid() == 0 else []
            start(stack, "php-fpm8.2", "--fpm-config", fill(folder, "php-fpm.conf"), "-d", "ffi.enable=true", *as_root)
            start(stack, "nginx", "-e", folder / "nginx.log", "-c", fill(folder, "nginx.conf"))
            wait_for(folder / "php-fpm.sock", folder / "nginx.sock")
            with ThreadPoolExecutor(AT_A_TIME) as pool:
                responses = ask(pool, folder / "nginx.sock")
        except Exception:
            for log in folder.glob("*.log"):
                sys.stderr.write(log.read_text())
            raise
    if len(sys.argv) > 1:
        responses.sort(key=lambda response: response["begin"])
        first = {response["worker"]: response for response in reversed(responses)}
        later = [response for response in responses if response is not first[response["worker"]]]
        waited = sum(response["milliseconds"] >= WAITED_MS for response in later)
        tokens = {response["token"] for response in responses}
        print(json.dumps({"workers": len(first), "tokens": len(tokens), "waited": waited}))
        return
    pairs = {(response["worker"], response["token"]) for response in responses}
    workers, tokens = map(set, zip(*pairs))
    # As many pairs as workers: no worker has had two tokens.
    print(json.dumps({"requests": len(responses), "workers": len(workers), "tokens": len(tokens), "pairs": len(pairs)}))


def ask(pool, path):
    """What the pages said."""
    if len(sys.argv) == 1:
        return list(pool.map(lambda _: get(path), range(REQUESTS)))
    end = time.monotonic() + float(sys.argv[1])

    def until_end(_):
        mine = []
        while time.monotonic() < end:
            mine.append(get(path))
            time.sleep(0.02)  # the other programs of this machine want to run, too
        return mine

    return [response for mine in pool.map(until_end, range(AT_A_TIME)) for response in mine]


def fill(folder, name):
    text = (SOURCE / "fpm" / name).read_text()
    for key, value in {"DIR": folder, "SOURCE": SOURCE, "USER": getpass.getuser()}.items():
        text = text.replace(f"@{key}@", str(value))
    (folder / name).write_text(text)
    return folder / name


def start(stack, program, *arguments):
    # Where these are, also for an ordinary user.
    path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not path:
        sys.exit(f"no {program}")
    process = subprocess.Popen([path, *map(str, arguments)], stdout=sys.stderr)
    stack.callback(process.wait)
    stack.callback(process.terminate)


def wait_for(*paths):
    deadline = time.monotonic() + SECONDS
    for path in paths:
        while not answers_at(path):
            if time.monotonic() > deadline:
                raise TimeoutError(f"nobody listens at {path}")
            time.sleep(0.01)


def answers_at(path):
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def get(path):
    connection = Connection(path)
    try:
        connection.request("GET", "/")
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise RuntimeError(f"HTTP status {response.status}: {body.decode(errors='replace')}")
    return json.loads(body)


if __name__ == "__main__":
    main()
