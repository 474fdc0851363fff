"""Asks for a page, of nginx before four workers of PHP-FPM, and prints what they did.

    fpm.py                 1000 times
    fpm.py --seconds N     as often as it goes, while tokens grow stale and are refreshed

A worker lives for many requests. Each request loads the library, makes a client and frees it, and
all of a worker's requests share one token: as many tokens as workers and lifetimes. A thread of the
library refreshes it, which goes on when the request that began it has ended.

With --preload FILE, which is momo.php, other files have no FFI. With --shared-cache the workers
share one token. With --reload PHP-FPM has new workers after half of the time. With --user NAME
root's servers have workers of that user, as servers in production have.
"""

import argparse
import getpass
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Timer

SOURCE = Path(__file__).resolve().parent
REQUESTS = 1000
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


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--preload", metavar="FILE")
    parser.add_argument("--shared-cache", action="store_true")
    parser.add_argument("--reload", action="store_true")
    # Workers of root's own reach what is root's alone: a source tree in its home, say.
    parser.add_argument("--user", default=getpass.getuser())
    return parser.parse_args()


def main():
    options = arguments()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        try:
            fpm = serve(stack, folder, options)
            if options.reload:
                Timer(options.seconds / 2, fpm.send_signal, [signal.SIGUSR2]).start()
            with ThreadPoolExecutor(AT_A_TIME) as pool:
                responses = ask(pool, folder / "nginx.sock", options.seconds)
        except Exception:
            for log in folder.glob("*.log"):
                sys.stderr.write(log.read_text())
            raise
    workers = {response["pid"] for response in responses}
    tokens = {response["token_sha256"] for response in responses}
    said = {"workers": len(workers), "tokens": len(tokens)}
    if options.seconds is None:
        said["pages"] = len(responses)
    else:
        responses.sort(key=lambda response: response["begin"])
        first = {response["pid"]: response for response in reversed(responses)}
        later = [response for response in responses if response is not first[response["pid"]]]
        said["waited"] = sum(response["milliseconds"] >= WAITED_MS for response in later)
    print(json.dumps(said))


def serve(stack, folder, options):
    """Starts both, and waits until they listen. Returns PHP-FPM."""
    values = {"DIR": folder, "SOURCE": SOURCE, "USER": options.user, "PRELOAD": options.preload}
    ini = fill(folder / "conf.d", "ffi-preload.ini" if options.preload else "ffi.ini", values)
    # After the files of the system.
    environment = os.environ | {"PHP_INI_SCAN_DIR": f":{ini.parent}"}
    if Path(environment.get("MOMO_CA", "")).is_file():
        # The mock gateway's, which only its own user can read.
        environment["MOMO_CA"] = shutil.copyfile(environment["MOMO_CA"], folder / "ca.pem")
        environment["MOMO_CA"].chmod(0o644)
    if options.shared_cache:
        cache = folder / "cache"
        cache.mkdir(mode=0o700)
        shutil.chown(cache, options.user)
        environment["MOMO_CACHE"] = f"file:{cache}"
    as_root = ["--allow-to-run-as-root"] if options.user == "root" else []
    config = fill(folder, "php-fpm.conf", values)
    fpm = start(stack, environment, "php-fpm8.2", "--fpm-config", config, *as_root)
    # nginx wants to be told where it may write.
    config = fill(folder, "nginx.conf", values)
    nginx = start(stack, environment, "nginx", "-e", folder / "nginx.log", "-c", config)
    wait_for(fpm, folder / "php-fpm.sock")
    wait_for(nginx, folder / "nginx.sock")
    return fpm


def ask(pool, path, seconds):
    """What the pages said."""
    if seconds is None:
        return list(pool.map(lambda _: get(path), range(REQUESTS)))
    end = time.monotonic() + seconds

    def until_end(_):
        mine = []
        while time.monotonic() < end:
            mine.append(get(path))
            time.sleep(0.02)  # the other programs of this machine want to run, too
        return mine

    return [response for mine in pool.map(until_end, range(AT_A_TIME)) for response in mine]


def fill(folder, name, values):
    text = (SOURCE / "fpm" / name).read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def start(stack, environment, program, *arguments):
    # Where these are, also for an ordinary user.
    path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not path:
        sys.exit(f"no {program}")
    process = subprocess.Popen([path, *map(str, arguments)], stdout=sys.stderr, env=environment)
    stack.callback(stop, process)
    return process


def stop(process):
    process.terminate()
    code = process.wait()
    if code != 0:
        raise RuntimeError(f"{process.args[0]} ended with exit code {code}")


def wait_for(process, path):
    deadline = time.monotonic() + SECONDS
    while not answers_at(path):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"nobody listens at {path}")
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
