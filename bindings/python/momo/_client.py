"""The client."""

from __future__ import annotations

import asyncio
import logging
import math
import weakref
from collections.abc import Callable
from ctypes import POINTER, byref, c_void_p
from types import TracebackType
from typing import Any

from ._executor_call import ExecutorCall
from ._native import WOULD_BLOCK, CStats, CToken, LogFunction, call, lib, text, values
from ._values import Error, Stats, Token

# libmomo's levels of detail, 1 to 4.
_LEVELS = (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG)


class Client:
    """Options come from MOMO_… in the environment (unless environment=False), then from keywords:
    Client(api_key_file="/run/secrets/momo", timeout="10s"). docs/options.md lists them.
    """

    def __init__(
        self, *, environment: bool = True, logger: logging.Logger | None = None, **options: object
    ) -> None:
        config = lib.momo_create_config()
        callback = None
        try:
            if logger is not None:  # first: it is told of MOMO_ names that are no option
                callback, level = _callback(logger)
                call(lib.momo_set_logger, config, callback, None, None, level)
            if environment:
                call(lib.momo_set_options_from_env, config)
            for name, value in options.items():
                call(lib.momo_set_option, config, name.encode(), text(str(value)))
            handle = c_void_p()
            call(lib.momo_create_client, config, byref(handle))
        finally:
            lib.momo_free_config(config)
        self._own(handle, callback)

    def _own(self, handle: c_void_p, callback: object) -> None:
        self._handle, self._callback = handle, callback
        self._gets: dict[asyncio.AbstractEventLoop, ExecutorCall[Token]] = {}
        # Freed when nothing refers to this object any more, so never under a call of another
        # thread, and never while the interpreter shuts down around such a thread. The callback
        # must live as long as the client does.
        weakref.finalize(self, _free_client, handle, callback).atexit = False

    def clone(self) -> Client:
        """A second handle of this client, which costs little. close() of the clone ends the calls
        on the clone alone: make one for a call that another thread may have to end.
        """
        clone = type(self).__new__(type(self))
        clone._own(c_void_p(lib.momo_clone_client(self._handle)), self._callback)
        return clone

    def get_token(self, timeout: float | None = None) -> Token:
        """A token that is good now: call it before each payment.

        timeout is in seconds, for the whole call; None is the option of that name. 0 never waits:
        where no token is at hand it raises, and one is asked for in the background. Other threads
        of Python run while a call waits.
        """
        return self._token(lib.momo_get_token, timeout)

    async def get_token_async(self) -> Token:
        """The same for asyncio: the event loop never waits.

        A token at hand is given at once. Where there is none yet, one thread of the loop's
        executor waits for it, however many tasks do. A task that is cancelled (asyncio.timeout,
        asyncio.wait_for) leaves the others waiting; the last one ends the call.
        """
        try:
            return self.get_token(timeout=0)
        except Error as error:
            if error.status != WOULD_BLOCK:
                raise
        loop = asyncio.get_running_loop()
        get = self._gets.get(loop)
        if get is None or get.is_done():
            get = self._gets[loop] = self._in_executor(lib.momo_get_token)
        try:
            return await get.result()
        finally:
            if get.is_done() and self._gets.get(loop) is get:
                del self._gets[loop]

    def create_token(self, timeout: float | None = None) -> Token:
        """A new token from the gateway, at every call."""
        return self._token(lib.momo_create_token, timeout)

    async def create_token_async(self) -> Token:
        """The same for asyncio, in a thread of the loop's executor."""
        return await self._in_executor(lib.momo_create_token).result()

    def invalidate_token(self, access_token: str) -> None:
        """Tells that the gateway refused this token, so that it is not handed out again."""
        call(lib.momo_invalidate_token, self._handle, text(access_token))

    def stats(self) -> Stats:
        """The counters, for monitoring; asks nothing of the gateway."""
        stats = POINTER(CStats)()
        call(lib.momo_get_stats, self._handle, byref(stats))
        try:
            return Stats(*values(stats.contents))
        finally:
            lib.momo_free_stats(stats)

    def close(self) -> None:
        """Ends calls in progress, those on clones too, and refuses later ones: MOMO_CANCELLED."""
        lib.momo_cancel_client(self._handle)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _token(self, function: Callable[..., int], timeout: float | None) -> Token:
        token = POINTER(CToken)()
        call(function, self._handle, _milliseconds(timeout), byref(token))
        try:
            return Token(*values(token.contents))
        finally:
            lib.momo_free_token(token)

    def _in_executor(self, function: Callable[..., int]) -> ExecutorCall[Token]:
        # On a clone: to end a call is to close its handle, and this one has other calls.
        clone = self.clone()
        return ExecutorCall(lambda: clone._token(function, None), clone.close)


def clear_cache() -> None:
    """Forgets and wipes every token that this process holds."""
    lib.momo_clear_cache()


def _milliseconds(timeout: float | None) -> int:
    if timeout is None:
        return -1  # the option `timeout`
    if not timeout >= 0:
        raise ValueError("timeout is negative or not a number")
    # Rounded up: a budget that is nearly spent must not become 0, which never waits. A day is the
    # longest that the library takes.
    return math.ceil(min(timeout, 86400) * 1000)


def _free_client(handle: c_void_p, _callback: object) -> None:
    lib.momo_free_client(handle)


def _callback(logger: logging.Logger) -> tuple[Any, int]:
    # What a handler raises goes to sys.unraisablehook: ctypes lets nothing through to C.
    def log(_: object, level: int, line: bytes) -> None:
        logger.log(_LEVELS[level - 1], "%s", line.decode())

    level = sum(logger.isEnabledFor(each) for each in _LEVELS)
    return LogFunction(log), max(level, 1)
