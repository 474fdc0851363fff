"""The client."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import threading
import weakref
from collections.abc import Callable
from ctypes import byref, c_void_p
from typing import Any, NoReturn

from ._call import Call
from ._native import LogFunction, StatsPointer, TokenPointer, call, lib, text, values
from ._values import Error, Stats, Status, Token

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
                call(lib.momo_set_option, config, name.encode(), _option(name, value))
            handle = c_void_p()
            call(lib.momo_create_client, config, byref(handle))
        finally:
            lib.momo_free_config(config)
        self._own(handle, callback)

    def _own(self, handle: c_void_p, callback: object) -> None:
        self._handle, self._callback = handle, callback
        # Those of tasks that wait, by their milliseconds.
        self._gets: dict[tuple[asyncio.AbstractEventLoop, int], Call] = {}
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

    __copy__ = clone

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise TypeError("a client is not copied: clone() it, and another process makes its own")

    def get_token(self, timeout: float | None = None) -> Token:
        """A token that is good now: call it before each payment.

        timeout is in seconds, for the whole call; None is the option of that name. 0 never waits:
        where no token is at hand it raises, and one is asked for in the background. Other threads
        of Python run while a call waits, and Ctrl-C ends it.
        """
        return self._token(lib.momo_get_token, timeout)

    async def get_token_async(self, timeout: float | None = None) -> Token:
        """The same for asyncio: the event loop never waits.

        A token at hand is given at once. Where there is none yet, one thread waits for it, however
        many tasks do. A task that is cancelled (asyncio.timeout, asyncio.wait_for) leaves the
        others waiting; the last one ends the call.
        """
        milliseconds = _milliseconds(timeout)
        if milliseconds == 0 or not self._gets:  # else others wait already
            try:
                return self._take(lib.momo_get_token, 0)
            except Error as error:
                if error.status != Status.WOULD_BLOCK or milliseconds == 0:
                    raise
        try:
            return await self._get(-1, timeout)
        except asyncio.TimeoutError:
            return await self._get(1, None)  # which says so: one for all whose time is up now

    def create_token(self, timeout: float | None = None) -> Token:
        """A new token from the gateway, at every call."""
        return self._token(lib.momo_create_token, timeout)

    async def create_token_async(self, timeout: float | None = None) -> Token:
        """The same for asyncio, on a thread of its own."""
        loop = asyncio.get_running_loop()
        call = self._call(lib.momo_create_token, _milliseconds(timeout), loop)
        return await call.result_within(None)

    def invalidate_token(self, token: Token | str) -> None:
        """Tells that the gateway refused this token, so that it is not handed out again."""
        access_token = token.access_token if isinstance(token, Token) else token
        if not isinstance(access_token, str):
            raise TypeError(f"a Token or its access_token is invalidated, not {type(token).__name__}")
        call(lib.momo_invalidate_token, self._handle, text(access_token))

    def stats(self) -> Stats:
        """The counters, for monitoring; asks nothing of the gateway."""
        stats = StatsPointer()
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

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def _take(self, function: Callable[..., int], milliseconds: int) -> Token:
        token = TokenPointer()
        call(function, self._handle, milliseconds, byref(token))
        try:
            return Token(*values(token.contents))
        finally:
            lib.momo_free_token(token)

    def _token(self, function: Callable[..., int], timeout: float | None) -> Token:
        milliseconds = _milliseconds(timeout)
        # The main thread is the one that has Ctrl-C, for which C does not return.
        if milliseconds == 0 or threading.current_thread() is not threading.main_thread():
            return self._take(function, milliseconds)
        if function is lib.momo_get_token:
            try:
                token = self._take(function, 0)
                # Where a refresh is due it may be this call's, by the option refresh.
                return token if token.refresh_in else self._take(function, milliseconds)
            except Error as error:
                if error.status != Status.WOULD_BLOCK:
                    raise
        try:
            waiting = self._call(function, milliseconds)
        except RuntimeError:  # no thread can be started
            return self._take(function, milliseconds)
        return waiting.result()

    def _call(
        self,
        function: Callable[..., int],
        milliseconds: int,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> Call:
        # On a clone: to end a call is to close its handle, and this one has other calls.
        clone = self.clone()
        return Call(lambda: clone._take(function, milliseconds), clone.close, loop)

    async def _get(self, milliseconds: int, timeout: float | None) -> Token:
        """Of a call that all tasks of a loop wait for."""
        loop = asyncio.get_running_loop()
        key = loop, milliseconds
        get = self._gets.get(key)
        if get is None or not get.is_open:
            get = self._gets[key] = self._call(lib.momo_get_token, milliseconds, loop)
        try:
            return await get.result_within(timeout)
        finally:
            if not get.is_open and self._gets.get(key) is get:
                del self._gets[key]


def clear_cache() -> None:
    """Forgets and wipes every token that this process holds."""
    lib.momo_clear_cache()


def _milliseconds(timeout: float | None) -> int:
    if timeout is None:
        return -1  # the option `timeout`
    if not isinstance(timeout, (int, float)) or not timeout >= 0:
        raise ValueError(f"timeout is a number of seconds, and not negative: {timeout!r}")
    # Rounded up: a budget that is nearly spent must not become 0, which never waits. A day is the
    # longest that the library takes.
    return math.ceil(min(timeout, 86400) * 1000)


def _option(name: str, value: object) -> bytes:
    # What is absent must not become a credential: str(None) is a text as any other.
    if isinstance(value, bool) or not isinstance(value, (str, int, float, os.PathLike)):
        raise TypeError(f"the option {name} is text or a number, not {type(value).__name__}")
    return text(str(value))


def _free_client(handle: c_void_p, _callback: object) -> None:
    lib.momo_free_client(handle)


def _callback(logger: logging.Logger) -> tuple[Any, int]:
    # What a handler raises goes to sys.unraisablehook: ctypes lets nothing through to C.
    def log(_: object, level: int, line: bytes) -> None:
        logger.log(_LEVELS[level - 1], "%s", line.decode())

    level = sum(logger.isEnabledFor(each) for each in _LEVELS)
    return LogFunction(log), max(level, 1)
