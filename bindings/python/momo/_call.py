"""Calls on threads of their own."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from concurrent.futures import Future

from ._values import Token


def on_thread(function: Callable[[], Token], end: Callable[[], None]) -> Future[Token]:
    """Makes a call that `end` ends."""
    future: Future[Token] = Future()
    future.set_running_or_notify_cancel()  # nobody else ends it

    def run() -> None:
        atexit.register(end_at_exit)
        try:
            future.set_result(function())
        except BaseException as error:  # for whoever waits
            future.set_exception(error)
        atexit.unregister(end_at_exit)

    def end_at_exit() -> None:
        end()
        thread.join(1)

    # A daemon: the interpreter does not wait for it, but ends it while it can still log.
    thread = threading.Thread(target=run, name="momo-call", daemon=True)
    thread.start()
    return future
