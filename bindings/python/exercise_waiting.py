"""The scenarios of a thread that waits, for exercise.py."""

import os
import signal
import threading
import time

import momo


def os_threads():
    """Without the library's own, which ends with the request."""
    names = []
    for thread in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{thread}/comm") as comm:
                names.append(comm.read().strip())
        except OSError:
            pass  # it has just ended
    return sum(not name.startswith("momo-re") for name in names)


def interrupt():
    """Ctrl-C ends a call that waits."""
    client = momo.Client()
    before = threading.active_count()
    sent = []

    def send():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    slowest = 0.0
    for call in (client.get_token, client.create_token):
        threading.Timer(0.3, send).start()
        try:
            call()
        except KeyboardInterrupt:
            slowest = max(slowest, time.monotonic() - sent[-1])
    time.sleep(0.2)
    return {
        "calls": len(sent),
        "ms": round(slowest * 1000),
        "threads": threading.active_count() - before,
    }


def leave_threads():
    """The program ends under a thread that waits, as daemons do."""
    client = momo.Client()
    threading.Thread(target=client.get_token, daemon=True).start()
    time.sleep(2)
    return {"waiting": threading.active_count() - 1}


programs = {"interrupt": interrupt, "leave-threads": leave_threads}
