"""Many momo_get_token calls from eight threads while tokens are refreshed: the longest one.

Each row is a run of its own: without a refresh; the gateway responding after 300 ms; silent, as a
stopped process is; gone. Threads that want a processor wait for one in every run, the first too.
"""

import json
import os
import signal
import subprocess
import time

from harness import OUT
from language_checks import gateway

THREADS = 8


def measure(world):
    gateway.build()
    scale = world.counts.waiting_scale

    def run(name, path, seconds, end=None):
        calls, seconds = str(world.counts.waiting_calls), seconds * scale
        with gateway.Gateway() as mock:
            environment = os.environ | mock.environment
            environment["MOMO_BASE_URL"] += path
            command = [OUT / "waits", calls, str(THREADS), str(seconds)]
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
            if end is not None:
                time.sleep(seconds / 2)
                mock.signal(end)
            counts = json.loads(process.communicate()[0])
            mock.signal(signal.SIGKILL)  # a stopped one ends in no other way
        return {"name": name, **counts}

    # A token of four seconds is refreshed every 2.8 to 3; one of twenty is good for 19, stale from 15.
    long = f"/lifetime-{round(20 * scale)}"
    return [
        run("no refresh", "", 30),
        run("the gateway responds after 300 ms", "/delay-300/lifetime-4", 32),
        run("the gateway is silent", long, 18.5, signal.SIGSTOP),
        run("the gateway is gone", long, 18.5, signal.SIGKILL),
    ]
