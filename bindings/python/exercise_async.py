"""The scenarios of asyncio, for exercise.py."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import momo
from exercise_waiting import os_threads

AWAITS = 50
CROWD = 10_000


async def largest_gap(until):
    """How long the event loop stood still, at most."""
    largest, last = 0.0, time.monotonic()
    while not until.done():
        await asyncio.sleep(0.01)
        now = time.monotonic()
        largest, last = max(largest, now - last), now
    return largest


async def awaits():
    """Tasks without a token take one thread among them, and none once there is a token. The loop's
    executor is busy meanwhile."""
    busy = threading.Event()
    executor = ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(executor)
    executor.submit(busy.wait)
    client = momo.Client()
    before = threading.active_count()
    gets = asyncio.gather(*(client.get_token_async() for _ in range(AWAITS)))
    await asyncio.sleep(0.1)
    waiting = threading.active_count() - before
    gap = await largest_gap(gets)
    tokens = await gets
    started = threading.Thread.start
    at_hand = []
    threading.Thread.start = lambda thread: (at_hand.append(thread), started(thread))
    tokens += await asyncio.gather(*(client.get_token_async() for _ in range(AWAITS)))
    threading.Thread.start = started
    busy.set()
    return {
        "awaits": len(tokens),
        "distinct": len({token.access_token for token in tokens}),
        "threads": waiting,
        "threads_at_hand": len(at_hand),
        "largest_gap_ms": round(gap * 1000),
    }


async def cancels():
    """A task that is cancelled leaves the others waiting, and the last one ends the call."""
    before = threading.active_count()
    client = momo.Client()
    one, other = (asyncio.create_task(client.get_token_async()) for _ in range(2))
    await asyncio.sleep(0.1)
    one.cancel()
    token = await other
    create = asyncio.create_task(client.create_token_async())
    await asyncio.sleep(0.1)
    create.cancel()
    await asyncio.wait([create])
    begin = time.monotonic()
    while threading.active_count() > before:
        await asyncio.sleep(0.01)
    return {
        "cancelled": [one.cancelled(), create.cancelled()],
        "token": token.expires_in > 0,
        "ms": round((time.monotonic() - begin) * 1000),
    }


async def failures():
    """All tasks have the same failure, of one call."""
    async with momo.Client() as client:
        gets = [asyncio.create_task(client.get_token_async()) for _ in range(8)]
        done, _ = await asyncio.wait(gets)
        return {"statuses": sorted({task.exception().name for task in done})}


async def crowd():
    """10,000 tasks wait for one token. A hundred are cancelled, the last thousand have too little
    time. How late one is told counts beyond how long the event loop stood still at most, which is
    also up to who else uses the machine.
    """
    client = momo.Client()
    before = os_threads()
    late_by = []

    async def get(timeout):
        begin = time.monotonic()
        try:
            return await client.get_token_async(timeout=timeout)
        except momo.Error:
            late_by.append(time.monotonic() - begin - timeout)
            raise

    tasks = [asyncio.create_task(get(None if i < 9000 else 1)) for i in range(CROWD)]
    over = asyncio.Event()
    gap = asyncio.create_task(largest_gap(asyncio.create_task(over.wait())))
    await asyncio.sleep(0.5)
    waiting = os_threads() - before
    began = time.monotonic()
    for task in tasks[:100]:
        task.cancel()
    await asyncio.wait(tasks[:100])
    cancelled_at = time.monotonic()
    await asyncio.wait(tasks)
    over.set()
    gap_ms = round(await gap * 1000)
    late = [task.exception() for task in tasks[9000:]]
    rest = [
        task.result().access_token
        for task in tasks
        if not task.cancelled() and not task.exception()
    ]
    await asyncio.sleep(0.05)
    return {
        "threads": waiting,
        "threads_after": os_threads() - before,
        "cancelled": sum(task.cancelled() for task in tasks),
        "cancel_ms": round((cancelled_at - began) * 1000) - gap_ms,
        "late": len(late),
        "late_ms": round(max(late_by) * 1000) - gap_ms,
        "gap_ms": gap_ms,
        "texts": sorted({error.message.partition(":")[0] for error in late}),
        "tokens": len(rest),
        "distinct": len(set(rest)),
    }


async def leave():
    """The program ends under a task that waits."""
    waiting = asyncio.create_task(momo.Client().get_token_async())
    await asyncio.sleep(2)
    return {"waiting": not waiting.done()}


programs = {
    "await": lambda: asyncio.run(awaits()),
    "await-cancel": lambda: asyncio.run(cancels()),
    "await-failure": lambda: asyncio.run(failures()),
    "crowd": lambda: asyncio.run(crowd()),
    "leave": lambda: asyncio.run(leave()),
}
