"""Access tokens for MTN Mobile Money, through libmomo: copy this file into a project.

    with momo.Client() as client:
        headers = {"Authorization": client.get_token().authorization}

One client serves every thread, and every process that forks from this one. A call lets other
threads of Python run while it waits; for asyncio, await asyncio.to_thread(client.get_token).
"""

import ctypes
import logging
import math
import os
import weakref
from ctypes import POINTER, byref, c_char_p, c_int, c_int32, c_int64, c_void_p
from dataclasses import dataclass, field, fields

# libmomo's levels of detail, 1 to 4.
_LEVELS = (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG)


class Error(Exception):
    """Why there is no token; str() says what failed and what to do."""

    def __init__(self, status, http_status, code, message, body, retry_after_ms):
        super().__init__(message)
        self.status = status  # the number of a momo_status
        self.name = _lib.momo_status_name(status).decode()  # "MOMO_UNAUTHORIZED"
        self.http_status = http_status  # 0 where no response came
        self.code = code
        self.message = message
        self.body = body
        self.retry_after_ms = retry_after_ms  # -1 where no time is known

    def __reduce__(self):  # so that it crosses processes, as concurrent.futures and Celery have it
        details = self.status, self.http_status, self.code, self.message, self.body
        return type(self), (*details, self.retry_after_ms)


@dataclass(frozen=True)
class Token:
    access_token: str = field(repr=False)  # secrets stay out of logs and tracebacks
    token_type: str
    authorization: str = field(repr=False)  # the value of the header to send
    expires_in: int  # seconds left, 0 where that is not known
    expires_at: int  # Unix time in seconds, 0 where that is not known
    lifetime: int
    refresh_status: int  # why the last refresh failed, 0 where none did
    refresh_in: int  # seconds until one is due, 0 where it is, -1 where none is


@dataclass(frozen=True)
class Stats:
    """What a client's token cost: counters, times and a status; momo.h explains each."""

    requests: int
    tokens_issued: int
    network_failures: int
    credential_failures: int
    rate_limit_failures: int
    server_failures: int
    response_failures: int
    retries: int
    refreshes: int
    failed_refreshes: int
    waits: int
    longest_wait_ms: int
    invalidations: int
    last_request_ms: int  # -1 before the first
    last_failure_status: int  # the number of a momo_status, 0 where nothing failed
    last_failure_at: int  # Unix time in seconds, 0 where nothing failed
    token_expires_in: int  # seconds left, 0 where there is no token
    cooldown_ms: int
    tokens_adopted: int  # tokens of other processes, by the option cache
    token_origin: int  # 1 the gateway, 2 a directory, 3 Redis, 0 where there is no token


class Client:
    """Options come from MOMO_… in the environment (unless environment=False), then from keywords:
    Client(api_key_file="/run/secrets/momo", timeout="10s"). docs/options.md lists them.
    """

    def __init__(self, *, environment=True, logger=None, **options):
        config = _lib.momo_create_config()
        callback = None
        try:
            if logger is not None:  # first: it is told of MOMO_ names that are no option
                callback, level = _callback(logger)
                _call(_lib.momo_set_logger, config, callback, None, None, level)
            if environment:
                _call(_lib.momo_set_options_from_env, config)
            for name, value in options.items():
                _call(_lib.momo_set_option, config, name.encode(), _bytes(str(value)))
            handle = c_void_p()
            _call(_lib.momo_create_client, config, byref(handle))
        finally:
            _lib.momo_free_config(config)
        self._own(handle, callback)

    def _own(self, handle, callback):
        self._handle, self._callback = handle, callback
        # Freed when nothing refers to this object any more, so never under a call of another
        # thread, and never while the interpreter shuts down around such a thread. The callback
        # must live as long as the client does.
        weakref.finalize(self, _free_client, handle, callback).atexit = False

    def clone(self):
        """A second handle of this client, which costs little. close() of the clone ends the calls
        on the clone alone: make one for a call that another thread may have to end.
        """
        clone = type(self).__new__(type(self))
        clone._own(c_void_p(_lib.momo_clone_client(self._handle)), self._callback)
        return clone

    def get_token(self, timeout=None):
        """A token that is good now: call it before each payment.

        timeout is in seconds, for the whole call; None is the option of that name. 0 never waits:
        where no token is at hand it raises, and one is asked for in the background.
        """
        return self._token(_lib.momo_get_token, timeout)

    def create_token(self, timeout=None):
        """A new token from the gateway, at every call."""
        return self._token(_lib.momo_create_token, timeout)

    def invalidate_token(self, access_token):
        """Tells that the gateway refused this token, so that it is not handed out again."""
        _call(_lib.momo_invalidate_token, self._handle, _bytes(access_token))

    def stats(self):
        """The counters, for monitoring; asks nothing of the gateway."""
        stats = POINTER(_Stats)()
        _call(_lib.momo_get_stats, self._handle, byref(stats))
        try:
            return Stats(*_values(stats.contents))
        finally:
            _lib.momo_free_stats(stats)

    def close(self):
        """Ends calls in progress, those on clones too, and refuses later ones: MOMO_CANCELLED."""
        _lib.momo_cancel_client(self._handle)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _token(self, function, timeout):
        token = POINTER(_Token)()
        _call(function, self._handle, _milliseconds(timeout), byref(token))
        try:
            return Token(*_values(token.contents))
        finally:
            _lib.momo_free_token(token)


def clear_cache():
    """Forgets and wipes every token that this process holds."""
    _lib.momo_clear_cache()


class _Token(ctypes.Structure):
    _fields_ = [
        ("access_token", c_char_p),
        ("token_type", c_char_p),
        ("authorization", c_char_p),
        ("expires_in", c_int64),
        ("expires_at", c_int64),
        ("lifetime", c_int64),
        ("refresh_status", c_int32),
        ("refresh_in", c_int64),
    ]


class _Error(ctypes.Structure):
    _fields_ = [
        ("status", c_int),
        ("http_status", c_int32),
        ("retry_after_ms", c_int64),
        ("message", c_char_p),
        ("code", c_char_p),
        ("body", c_char_p),
    ]


class _Stats(ctypes.Structure):
    _fields_ = [(each.name, c_int64) for each in fields(Stats)]


_Log = ctypes.CFUNCTYPE(None, c_void_p, c_int32, c_char_p)


def _load():
    library = ctypes.CDLL(os.environ.get("LIBMOMO_PATH") or "libmomo.so.0")
    error = POINTER(POINTER(_Error))
    token = c_void_p, c_int64, POINTER(POINTER(_Token)), error
    for name, result, *parameters in (
        ("momo_create_config", c_void_p),
        ("momo_set_option", c_int, c_void_p, c_char_p, c_char_p, error),
        ("momo_set_options_from_env", c_int, c_void_p, error),
        ("momo_set_logger", c_int, c_void_p, _Log, c_void_p, c_void_p, c_int32, error),
        ("momo_free_config", None, c_void_p),
        ("momo_create_client", c_int, c_void_p, POINTER(c_void_p), error),
        ("momo_clone_client", c_void_p, c_void_p),
        ("momo_cancel_client", None, c_void_p),
        ("momo_free_client", None, c_void_p),
        ("momo_create_token", c_int, *token),
        ("momo_get_token", c_int, *token),
        ("momo_invalidate_token", c_int, c_void_p, c_char_p, error),
        ("momo_free_token", None, POINTER(_Token)),
        ("momo_get_stats", c_int, c_void_p, POINTER(POINTER(_Stats)), error),
        ("momo_free_stats", None, POINTER(_Stats)),
        ("momo_clear_cache", None),
        ("momo_free_error", None, POINTER(_Error)),
        ("momo_status_name", c_char_p, c_int32),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, parameters
    return library


_lib = _load()


def _call(function, *arguments):
    error = POINTER(_Error)()
    if function(*arguments, byref(error)) == 0:
        return
    try:
        status, http_status, retry_after_ms, message, code, body = _values(error.contents)
    finally:
        _lib.momo_free_error(error)
    raise Error(status, http_status, code, message, body, retry_after_ms)


def _values(structure):
    values = (getattr(structure, name) for name, _ in structure._fields_)
    return [value.decode() if isinstance(value, bytes) else value for value in values]


def _bytes(text):
    if "\0" in text:
        raise ValueError("a string for libmomo holds a NUL")  # C would take what stands before it
    return text.encode()


def _milliseconds(timeout):
    if timeout is None:
        return -1  # the option `timeout`
    if not timeout >= 0:
        raise ValueError("timeout is negative or not a number")
    # Rounded up: a budget that is nearly spent must not become 0, which never waits. A day is the
    # longest that the library takes.
    return math.ceil(min(timeout, 86400) * 1000)


def _free_client(handle, _callback):
    _lib.momo_free_client(handle)


def _callback(logger):
    # What a handler raises goes to sys.unraisablehook: ctypes lets nothing through to C.
    def log(_, level, line):
        logger.log(_LEVELS[level - 1], "%s", line.decode())

    level = sum(logger.isEnabledFor(each) for each in _LEVELS)
    return _Log(log), max(level, 1)
