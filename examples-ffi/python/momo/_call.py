"""A call that waits on a thread of its own."""

from __future__ import annotations

import asyncio
import atexit
import copy
import threading
from collections.abc import Callable
from concurrent.futures import Future

from ._values import Error, Token

_lock = threading.Lock()


class Call:
    """One call on a thread, for all who wait for its outcome. The last one who leaves ends it."""

    def __init__(self, function: Callable[[], Token], end: Callable[[], None]) -> None:
        self._function, self._end = function, end
        self._outcome: Future[Token | Error] = Future()
        self._outcome.set_running_or_notify_cancel()  # one caller's cancellation is not another's
        self._waiting = 1
        # A daemon: the interpreter does not wait for it, but ends it while it can still log.
        self._thread = threading.Thread(target=self._run, name="momo-wait", daemon=True)
        atexit.register(self._end_at_exit)
        self._thread.start()

    def join(self) -> bool:
        """One more waits; False if it is too late for that."""
        with _lock:
            joins = self._waiting > 0 and not self._outcome.done()
            self._waiting += joins
        return joins

    def leave(self) -> bool:
        """Whether it is over, or nobody waits any more."""
        with _lock:
            self._waiting -= 1
            is_last = self._waiting == 0
        if is_last:
            self._end()
        return is_last or self._outcome.done()

    def result(self) -> Token:
        while self._thread.is_alive():
            self._thread.join(0.2)  # Windows handles Ctrl-C only between two waits
        return _given(self._outcome.result())

    async def result_within(self, timeout: float | None) -> Token:
        future = asyncio.wrap_future(self._outcome)
        try:
            await asyncio.wait([future], timeout=timeout)
            if future.done():
                return _given(future.result())
            raise asyncio.TimeoutError
        finally:
            future.cancel()

    def _run(self) -> None:
        try:
            self._outcome.set_result(self._function())
        except Error as error:
            self._outcome.set_result(error)
        except BaseException as error:
            self._outcome.set_exception(error)
        finally:
            atexit.unregister(self._end_at_exit)

    def _end_at_exit(self) -> None:
        self._end()
        self._thread.join(1)


def _given(outcome: Token | Error) -> Token:
    if isinstance(outcome, Error):
        raise copy.copy(outcome)  # each caller adds a traceback of its own
    return outcome
