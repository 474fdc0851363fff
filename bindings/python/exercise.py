"""What the tests ask of the wrapper, one scenario at a time: exercise.py SCENARIO [N …]"""

import asyncio
import gc
import json
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import momo
from exercise_async import cancelled_create, tasks
from exercise_outcomes import Outcomes
from exercise_values import misuse, other_interpreter, secrets

CHILDREN = 4
GETS_PER_CHILD = 25


def growth_kib(call, times):
    """Of the resident set, after a warm-up."""

    def resident_kib_after(times):
        for _ in range(times):
            call()
        gc.collect()
        if not os.path.exists("/proc/self/statm"):
            return 0
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024

    before = resident_kib_after(times // 4)
    return resident_kib_after(times) - before


def get(times, pause_ms, timeout_ms):
    """Calls that follow each other; -1 for no timeout."""
    timeout = None if timeout_ms < 0 else timeout_ms / 1000
    outcomes, begin = Outcomes(), time.monotonic()

    def call():
        outcomes.of(client.get_token, timeout)
        if pause_ms:
            time.sleep(pause_ms / 1000)

    with momo.Client() as client:
        growth = growth_kib(call, times)
    return outcomes.report(growth_kib=growth, ms=round((time.monotonic() - begin) * 1000))


def wait(staying, leaving):
    """Threads that wait at the same time. Beside those that stay, after a second, so many are
    cancelled, and the time of as many is up.
    """
    outcomes, late, begin = Outcomes(), [0], time.monotonic()

    def leave(from_client, timeout):
        outcomes.of(from_client.get_token, timeout)
        late.append(round((time.monotonic() - begin - 1) * 1000))

    with momo.Client() as client, ThreadPoolExecutor(staying + 2 * leaving) as pool:
        clone = client.clone()
        for _ in range(leaving):
            pool.submit(leave, client, 1)
            pool.submit(leave, clone, None)
        for _ in range(staying):
            pool.submit(outcomes.of, client.get_token)
        time.sleep(1 if leaving else 0)
        clone.close()
        pool.shutdown()
    return outcomes.report(late_ms=max(late))


def calls():
    """Every call once, with a logger that raises."""
    lines = []

    class Broken(logging.Handler):
        def emit(self, record):
            lines.append(record.getMessage())
            raise RuntimeError("a broken handler")

    log = logging.getLogger("momo")
    log.setLevel(logging.DEBUG)
    log.addHandler(Broken())
    with momo.Client(logger=log) as client:
        client.invalidate_token(client.get_token())
        momo.clear_cache()
        client.create_token()
        options = {each.name: ", ".join(each[1:]) for each in client.options()}
        return {**vars(client.stats()), **options, "lines": len(lines), "options": len(options)}


def clients(count):
    message = ""

    def make():
        nonlocal message
        momo.Client().clone().stats()
        try:
            momo.Client(option_of_tomorrow="1")
        except momo.Error as error:
            message = error.message

    return {"growth_kib": growth_kib(make, count), "message": message}


def fork(warm):
    """Prefork: the parent makes the client, its children use it."""
    client = momo.Client()
    if warm:
        client.get_token()
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()

    def child():
        results.put([client.get_token().access_token for _ in range(GETS_PER_CHILD)])

    outcomes = Outcomes()
    children = [context.Process(target=child) for _ in range(CHILDREN)]
    for each in children:
        each.start()
    for token in [token for _ in children for token in results.get()]:
        outcomes.token(momo.Token(token))
    for each in children:
        each.join()
    return outcomes.report()


def interrupt():
    """Ctrl-C ends a call that waits."""
    client = momo.Client()
    before, calls, slowest = threading.active_count(), 0, 0.0
    for call in (client.get_token, client.create_token):
        begin = time.monotonic()
        threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            call()
        except KeyboardInterrupt:
            calls, slowest = calls + 1, max(slowest, time.monotonic() - begin)
    time.sleep(0.2)
    threads = threading.active_count() - before
    return {"calls": calls, "ms": round(slowest * 1000), "threads": threads}


async def leave():
    """The program ends under a task and a thread that wait."""
    client = momo.Client()
    task = asyncio.create_task(client.get_token_async())
    thread = threading.Thread(target=client.create_token, daemon=True)
    thread.start()
    await asyncio.sleep(2)
    return {"waiting": (not task.done()) + thread.is_alive()}


PROGRAMS = [get, wait, calls, clients, fork, interrupt, leave, tasks, cancelled_create]
PROGRAMS += [misuse, secrets, other_interpreter]


def main(name, *numbers):
    [program] = [each for each in PROGRAMS if each.__name__ == name]
    found = program(*map(int, numbers))
    print(json.dumps(asyncio.run(found) if asyncio.iscoroutine(found) else found))


if __name__ == "__main__":
    main(*sys.argv[1:])
