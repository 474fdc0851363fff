"""A call that waits, for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class ExecutorCall(Generic[T]):
    """A call in a thread of the event loop's executor, for all tasks that wait for its result."""

    def __init__(self, function: Callable[[], T], end: Callable[[], None]) -> None:
        self._end = end
        self._future = asyncio.get_running_loop().run_in_executor(None, function)
        self._waiting = 0

    def is_done(self) -> bool:
        return self._future.done()

    async def result(self) -> T:
        self._waiting += 1
        try:
            await asyncio.wait([self._future])  # which does not cancel it, as awaiting it would
        finally:
            self._waiting -= 1
            # The result is there, or nobody wants it any more.
            if self._waiting == 0 and self._future.cancel():
                self._end()
        return self._future.result()
