"""The scenarios of asyncio, for exercise.py."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import momo

AWAITS = 50


class Executor(ThreadPoolExecutor):
    """A loop's executor that counts what it is given."""

    calls = 0

    def submit(self, *arguments, **keywords):
        self.calls += 1
        return super().submit(*arguments, **keywords)


def with_executor(program):
    async def run():
        executor = Executor()
        asyncio.get_running_loop().set_default_executor(executor)
        return await program(executor)

    return lambda: asyncio.run(run())


async def largest_gap(until):
    """How long the event loop stood still, at most."""
    largest, last = 0.0, time.monotonic()
    while not until.done():
        await asyncio.sleep(0.01)
        now = time.monotonic()
        largest, last = max(largest, now - last), now
    return largest


async def awaits(executor):
    """Tasks without a token take one thread among them, and none once there is a token."""
    client = momo.Client()
    gets = asyncio.gather(*(client.get_token_async() for _ in range(AWAITS)))
    gap = await largest_gap(gets)
    tokens = await gets
    waiting = executor.calls
    tokens += await asyncio.gather(*(client.get_token_async() for _ in range(AWAITS)))
    return {
        "awaits": len(tokens),
        "distinct": len({token.access_token for token in tokens}),
        "threads": waiting,
        "threads_at_hand": executor.calls - waiting,
        "largest_gap_ms": round(gap * 1000),
    }


async def cancels(_):
    """A task that is cancelled leaves the others waiting, and the last one ends the call."""
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
    await asyncio.get_running_loop().shutdown_default_executor()  # waits for its threads
    return {
        "cancelled": [one.cancelled(), create.cancelled()],
        "token": token.expires_in > 0,
        "ms": round((time.monotonic() - begin) * 1000),
    }


async def failures(executor):
    """All tasks have the same failure, of one call."""
    client = momo.Client()
    gets = [asyncio.create_task(client.get_token_async()) for _ in range(8)]
    done, _ = await asyncio.wait(gets)
    return {"statuses": sorted({task.exception().name for task in done}), "threads": executor.calls}


programs = {
    "await": with_executor(awaits),
    "await-cancel": with_executor(cancels),
    "await-failure": with_executor(failures),
}
