"""A call that waits on a thread of its own."""

from __future__ import annotations

import asyncio
import atexit
import copy
import threading
from collections.abc import Callable

from ._values import Error, Token


class Call:
    """A call on a thread, for the main thread or for the tasks of one event loop."""

    def __init__(
        self,
        function: Callable[[], Token],
        end: Callable[[], None],
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._function, self._end, self._loop = function, end, loop
        self._outcome: Token | BaseException | None = None
        self._tasks: set[asyncio.Future[None]] = set()
        self.is_open = True  # to more who wait
        # A daemon: the interpreter does not wait for it, but ends it while it can still log.
        self._thread = threading.Thread(target=self._run, name="momo-wait", daemon=True)
        self._thread.start()

    def result(self) -> Token:
        try:
            while self._thread.is_alive():
                self._thread.join(0.2)  # Windows handles Ctrl-C only between two waits
        finally:
            self._close()
        return self._given()

    async def result_within(self, timeout: float | None) -> Token:
        """The last task that leaves ends the call."""
        task = asyncio.get_running_loop().create_future()
        self._tasks.add(task)
        try:
            await asyncio.wait_for(task, timeout)
        finally:
            self._tasks.remove(task)
            if not self._tasks:
                self._close()
        return self._given()

    def _close(self) -> None:
        self.is_open = False
        self._end()

    def _run(self) -> None:
        atexit.register(self._end_at_exit)
        try:
            self._outcome = self._function()
        except BaseException as error:  # for whoever waits
            self._outcome = error
        self.is_open = False
        try:
            if self._loop:
                self._loop.call_soon_threadsafe(self._wake)
        except RuntimeError:
            pass  # the loop is closed
        atexit.unregister(self._end_at_exit)

    def _end_at_exit(self) -> None:
        self._end()
        self._thread.join(1)

    def _wake(self) -> None:
        for task in self._tasks:
            if not task.done():
                task.set_result(None)

    def _given(self) -> Token:
        if isinstance(self._outcome, Token):
            return self._outcome
        # Each caller adds a traceback of its own.
        raise copy.copy(self._outcome) if isinstance(self._outcome, Error) else self._outcome or RuntimeError
