"""What the tests ask of the wrapper, one scenario at a time: exercise.py SCENARIO [N]"""

import gc
import json
import logging
import multiprocessing
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import exercise_async
import exercise_values
import exercise_waiting
import momo

CHILDREN = 4
GETS_PER_CHILD = 25


def shared():
    together = threading.Barrier(8)

    def get(_):
        together.wait()
        return client.get_token().access_token

    with momo.Client() as client, ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(get, range(8)))
    return {"calls": len(tokens), "distinct": len(set(tokens))}


def deadline():
    client = momo.Client()
    begin = time.monotonic()
    try:
        client.get_token(timeout=0.3)
    except momo.Error as error:
        return {"status": error.name, "ms": round((time.monotonic() - begin) * 1000)}


def logger():
    lines = []

    class Broken(logging.Handler):
        def emit(self, record):
            lines.append(record.getMessage())
            raise RuntimeError("a broken handler")

    log = logging.getLogger("momo")
    log.setLevel(logging.DEBUG)
    log.addHandler(Broken())
    with momo.Client(logger=log) as client:
        client.get_token()
    return {"lines": len(lines), "ok": True}


def stats():
    with momo.Client() as client:
        client.get_token()
        client.get_token()
        found = client.stats()
    names = (
        "requests",
        "tokens_issued",
        "network_failures",
        "credential_failures",
        "last_failure_status",
        "token_expires_in",
        "cooldown_ms",
        "tokens_adopted",
        "token_origin",
    )
    return {name: getattr(found, name) for name in names}


def options():
    found = {option.name: option for option in momo.Client().options()}
    return {
        "count": len(found),
        "timeout": f"{found['timeout'].value}, {found['timeout'].source}",
        "api_key": found["api_key"].value,
        "warning": found["api_user"].warning,
    }


def refresh():
    """A refresh goes on beside gets that never wait. The token lives 6 s."""
    with momo.Client() as client:
        tokens = {client.get_token().access_token}
        slowest = 0.0
        end = time.monotonic() + 5.4
        while time.monotonic() < end:
            before = time.monotonic()
            tokens.add(client.get_token().access_token)
            slowest = max(slowest, time.monotonic() - before)
            time.sleep(0.02)
    return {"distinct": len(tokens), "slowest_ms": round(slowest * 1000)}


def option():
    """A name that this file and the wrapper do not know reaches the library."""
    try:
        momo.Client(option_of_tomorrow="1")
    except momo.Error as error:
        return {"status": error.name, "message": error.message}


def clone():
    """One request, two calls that wait for it: one is cancelled, the other has the token."""

    with momo.Client() as client, ThreadPoolExecutor(2) as pool:
        try:
            client.get_token(timeout=0)  # begins the request, so that it belongs to neither call
        except momo.Error:
            pass
        clone = client.clone()
        waiting, ended = pool.submit(client.get_token), pool.submit(clone.get_token)
        time.sleep(0.1)
        clone.close()
        status = ended.exception().name
        early = not waiting.done()
        token = waiting.exception() is None
        return {"status": status, "early": early, "token": token, "waits": client.stats().waits}


def growth_kib(call, times):
    def resident_kib():
        gc.collect()
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024

    for _ in range(times // 10):
        call()
    before = resident_kib()
    for _ in range(times):
        call()
    return resident_kib() - before


def loop(gets):
    with momo.Client() as client:
        return {"gets": gets, "growth_kib": growth_kib(client.get_token, gets)}


def errors(gets):
    def get():
        try:
            client.get_token(timeout=0)
        except momo.Error as error:
            names.add(error.name)

    names = set()
    with momo.Client() as client:
        growth = growth_kib(get, gets)
    return {"gets": gets, "status": ",".join(names), "growth_kib": growth}


def clients(count):
    growth = growth_kib(lambda: momo.Client().clone().stats(), count)
    return {"clients": count, "growth_kib": growth}


def fork(warm):
    """Prefork: the parent makes the client, its children use it."""
    client = momo.Client()
    if warm:
        client.get_token()
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()

    def child():
        results.put([client.get_token().access_token for _ in range(GETS_PER_CHILD)])

    children = [context.Process(target=child) for _ in range(CHILDREN)]
    for each in children:
        each.start()
    tokens = [token for _ in children for token in results.get()]
    for each in children:
        each.join()
    return {"gets": len(tokens), "distinct": len(set(tokens))}


def main(name, *numbers):
    programs = {
        "shared": shared,
        "deadline": deadline,
        "logger": logger,
        "stats": stats,
        "options": options,
        "refresh": refresh,
        "option": option,
        "clone": clone,
        "loop": loop,
        "errors": errors,
        "clients": clients,
        "fork": lambda: fork(warm=True),
        "fork-cold": lambda: fork(warm=False),
        **exercise_async.programs,
        **exercise_values.programs,
        **exercise_waiting.programs,
    }
    print(json.dumps(programs[name](*map(int, numbers))))


if __name__ == "__main__":
    main(*sys.argv[1:])
