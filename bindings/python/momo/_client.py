from __future__ import annotations

import asyncio
import atexit
import logging
import math
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager, suppress
from ctypes import byref, c_void_p
from typing import Any, NoReturn

from ._native import LogFunction, OptionPointer, StatsPointer, TokenPointer, call, lib, taken, text
from ._values import Error, Option, Stats, Status, Token

_LEVELS = (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG)  # libmomo's 1 to 4


class Client(AbstractContextManager["Client"], AbstractAsyncContextManager["Client"]):
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
                callback, level = _callback(logger), sum(map(logger.isEnabledFor, _LEVELS))
                call(lib.momo_set_logger, config, callback, None, None, max(level, 1))
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
        self._waiting: list[asyncio.Future[None]] = []  # which tasks of one loop wait for
        # Freed when nothing refers to this object any more, so never under a call of another
        # thread, and never while the interpreter shuts down around such a thread. The callback
        # must live as long as the client does.
        free = weakref.finalize(self, lambda *held: lib.momo_free_client(held[0]), handle, callback)
        free.atexit = False

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
        if no token is at hand it raises, and one is asked for in the background. Other threads
        of Python run while a call waits, and Ctrl-C ends it.
        """
        milliseconds = _milliseconds(timeout)
        if milliseconds == 0:
            return self._take(lib.momo_get_token, 0)
        found = self._look()
        if isinstance(found, Error):
            return self._block(lib.momo_get_token, milliseconds)
        # Where a refresh is due it may be this call's, by the option refresh.
        return found if found.refresh_in else self._take(lib.momo_get_token, milliseconds)

    async def get_token_async(self, timeout: float | None = None) -> Token:
        """The same for asyncio: the event loop never waits, and tasks that wait take no thread."""
        milliseconds = _milliseconds(timeout)
        if milliseconds == 0:
            return self._take(lib.momo_get_token, 0)
        due = math.inf if milliseconds < 0 else time.monotonic() + milliseconds / 1000
        while isinstance(found := self._look(due), Error):
            if found.retry_after_ms < 0:
                return await self._block_async(lib.momo_get_token, milliseconds)
            left = None if due == math.inf else due - time.monotonic()
            await asyncio.wait([self._outcome(found.retry_after_ms / 1000)], timeout=left)
        return found

    def create_token(self, timeout: float | None = None) -> Token:
        """A new token from the gateway, at every call."""
        return self._block(lib.momo_create_token, _milliseconds(timeout))

    async def create_token_async(self, timeout: float | None = None) -> Token:
        """The same for asyncio, on a thread of its own."""
        return await self._block_async(lib.momo_create_token, _milliseconds(timeout))

    def invalidate_token(self, token: Token | str) -> None:
        """Tells that the gateway refused this token, so that it is not handed out again."""
        access_token = token.access_token if isinstance(token, Token) else token
        if not isinstance(access_token, str):
            raise TypeError(f"a Token or its access_token is invalidated, not {type(token).__name__}")
        call(lib.momo_invalidate_token, self._handle, text(access_token))

    def options(self) -> list[Option]:
        """Every option as it is used, with its source; of a credential no more than the length."""
        get, free = lib.momo_get_options, lib.momo_free_options
        return [Option(*each) for each in taken(get, OptionPointer(), free, self._handle)]

    def stats(self) -> Stats:
        """The counters, for monitoring; asks nothing of the gateway."""
        return Stats(*taken(lib.momo_get_stats, StatsPointer(), lib.momo_free_stats, self._handle))

    def close(self) -> None:
        """Ends calls in progress, those on clones too, and refuses later ones: MOMO_CANCELLED."""
        lib.momo_cancel_client(self._handle)

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def _take(self, function: Callable[..., int], milliseconds: int) -> Token:
        given = taken(function, TokenPointer(), lib.momo_free_token, self._handle, milliseconds)
        return Token(*given)

    def _look(self, due: float = math.inf) -> Token | Error:
        """The token at hand, or the error that says when to look again."""
        try:
            return self._take(lib.momo_get_token, 0)
        except Error as error:
            if error.status != Status.WOULD_BLOCK:
                raise
            if time.monotonic() >= due:
                raise Error(Status.TIMED_OUT, error.message) from None
            return error

    def _outcome(self, every: float) -> asyncio.Future[None]:
        """Done as soon as there is a token or a failure. The loop looks for all its tasks."""
        loop = asyncio.get_running_loop()
        waiting = self._waiting
        if not waiting or waiting[0].get_loop() is not loop:
            waiting = self._waiting = []
            loop.call_later(every, self._look_for_all, every, waiting)
        waiting.append(loop.create_future())
        return waiting[-1]

    def _look_for_all(self, every: float, waiting: list[asyncio.Future[None]]) -> None:
        found = None
        with suppress(Error):  # each task has its own
            found = self._look()
        if isinstance(found, Error) and found.retry_after_ms >= 0:
            waiting[0].get_loop().call_later(every, self._look_for_all, every, waiting)
        else:
            for task in waiting:
                task.set_result(None)
            waiting.clear()

    def _block(self, function: Callable[..., int], milliseconds: int) -> Token:
        if threading.current_thread() is not threading.main_thread():
            return self._take(function, milliseconds)
        # Ctrl-C is the main thread's, and ends no call in C: this one waits for another thread.
        with self._on_thread(function, milliseconds) as call:
            while not call.done():
                wait([call], 0.2)  # Windows handles Ctrl-C only between two waits
            return call.result()

    async def _block_async(self, function: Callable[..., int], milliseconds: int) -> Token:
        with self._on_thread(function, milliseconds) as call:
            return await asyncio.wrap_future(call)

    @contextmanager
    def _on_thread(self, function: Callable[..., int], milliseconds: int) -> Iterator[Future[Token]]:
        """Makes a call on a thread of its own, and ends it with this context."""
        clone = self.clone()  # to end a call is to close its handle, and this one has other calls
        future: Future[Token] = Future()
        future.set_running_or_notify_cancel()  # nobody else ends it

        def run() -> None:
            atexit.register(end_at_exit)
            try:
                future.set_result(clone._take(function, milliseconds))
            except BaseException as error:  # for whoever waits
                future.set_exception(error)
            atexit.unregister(end_at_exit)

        def end_at_exit() -> None:
            clone.close()
            thread.join(1)

        # A daemon: the interpreter does not wait for it, but ends it while it can still log.
        thread = threading.Thread(target=run, name="momo-call", daemon=True)
        thread.start()
        try:
            yield future
        finally:
            clone.close()


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


def _callback(logger: logging.Logger) -> Any:
    # What a handler raises goes to sys.unraisablehook: ctypes lets nothing through to C.
    return LogFunction(lambda _, level, line: logger.log(_LEVELS[level - 1], "%s", line.decode()))
