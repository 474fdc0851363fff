"""The scenarios of asyncio, for exercise.py."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import momo
from exercise_outcomes import Outcomes


async def largest_gap(until):
    """How long the event loop stood still, at most."""
    largest, last = 0.0, time.monotonic()
    while not until.done():
        await asyncio.sleep(0.01)
        now = time.monotonic()
        largest, last = max(largest, now - last), now
    return largest


async def tasks(staying, leaving):
    """Tasks that wait for one token. Beside those that stay, after a second, so many are cancelled,
    and the time of as many is up. How late they leave counts beyond how long the event loop stood
    still at most, which is also up to who else uses the machine. The loop's executor is busy.
    """
    busy = threading.Event()
    executor = ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(executor)
    executor.submit(busy.wait)
    client, outcomes, late = momo.Client(), Outcomes(), [0.0]
    before, begin = threading.active_count(), time.monotonic()

    async def get(timeout, leaves):
        try:
            outcomes.token(await client.get_token_async(timeout=timeout))
        except momo.Error as error:
            outcomes.failure(error)
        except asyncio.CancelledError:
            outcomes.count("cancelled")
        if leaves:
            late.append(time.monotonic() - begin - 1)

    done = asyncio.get_running_loop().create_future()
    gap = asyncio.create_task(largest_gap(done))
    cancelled = [asyncio.create_task(get(None, True)) for _ in range(leaving)]
    others = [asyncio.create_task(get(1, True)) for _ in range(leaving)]
    others += [asyncio.create_task(get(None, False)) for _ in range(staying)]
    await asyncio.sleep(begin + 1 - time.monotonic())
    threads = threading.active_count() - before
    for task in cancelled:
        task.cancel()
    await asyncio.gather(*cancelled, *others)
    done.set_result(None)
    gap_ms = round(await gap * 1000)

    started, at_hand = threading.Thread.start, []
    threading.Thread.start = lambda thread: (at_hand.append(thread), started(thread))
    await asyncio.gather(*(client.get_token_async() for _ in range(50)), return_exceptions=True)
    threading.Thread.start = started
    busy.set()
    return outcomes.report(
        threads=threads,
        threads_at_hand=len(at_hand),
        late_ms=round(max(late) * 1000) - gap_ms,
        gap_ms=gap_ms,
    )


async def cancelled_create():
    """A task that is cancelled ends its call, and the thread of that."""
    client = momo.Client()
    before = threading.active_count()
    create = asyncio.create_task(client.create_token_async())
    await asyncio.sleep(1)  # until the gateway has the request
    create.cancel()
    await asyncio.wait([create])
    begin = time.monotonic()
    while threading.active_count() > before:
        await asyncio.sleep(0.01)
    return {"cancelled": create.cancelled(), "ms": round((time.monotonic() - begin) * 1000)}
