"""The C interface of libmomo, through ctypes."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from ctypes import POINTER, byref, c_char_p, c_int, c_int32, c_int64, c_void_p, cast
from dataclasses import fields
from typing import Any

from ._values import Error, Option, Stats, Token

_NAMES = {"win32": "momo.dll", "darwin": "libmomo.0.dylib"}
_NAME = _NAMES.get(sys.platform, "libmomo.so.0")
_FREED = ("client", "config", "error", "options", "stats", "token")


class CToken(ctypes.Structure):
    _fields_ = list(zip(Token.__slots__, 3 * [c_char_p] + 3 * [c_int64] + [c_int32, c_int64]))


class COption(ctypes.Structure):
    _fields_ = [*((name, c_char_p) for name in Option._fields), ("next", c_void_p)]


class CStats(ctypes.Structure):
    _fields_ = [(each.name, c_int64) for each in fields(Stats)]


class CError(ctypes.Structure):
    _fields_ = [
        *(("status", c_int), ("http_status", c_int32), ("retry_after_ms", c_int64)),
        *(("message", c_char_p), ("code", c_char_p), ("body", c_char_p)),
    ]


# Made once: another interpreter of this process that imports ctypes empties its cache of such types,
# and a new one of the same name is another type.
TokenPointer, StatsPointer, ErrorPointer = POINTER(CToken), POINTER(CStats), POINTER(CError)
OptionPointer = POINTER(COption)
LogFunction = ctypes.CFUNCTYPE(None, c_void_p, c_int32, c_char_p)


def _open() -> ctypes.CDLL:
    """LIBMOMO_PATH, else the file beside this one, else what the system's loader finds."""
    folder = os.path.dirname(os.path.abspath(__file__))
    beside = os.path.join(folder, _NAME)
    path = os.environ.get("LIBMOMO_PATH") or (beside if os.path.exists(beside) else _NAME)
    try:
        return ctypes.CDLL(path)
    except OSError as error:
        advice = f"pip install libmomo, or set LIBMOMO_PATH to the file {_NAME}"
        if not os.path.isdir(folder):
            advice = f"no library can be loaded from an archive: unpack it, or {advice}"
        raise ImportError(f"libmomo cannot be loaded ({error}); {advice}", path=path) from error


def _load() -> ctypes.CDLL:
    library = _open()
    error = POINTER(ErrorPointer)
    functions: tuple[tuple[Any, ...], ...] = (
        ("momo_create_config", c_void_p),
        ("momo_set_option", c_int, c_void_p, c_char_p, c_char_p, error),
        ("momo_set_options_from_env", c_int, c_void_p, error),
        ("momo_set_logger", c_int, c_void_p, LogFunction, c_void_p, c_void_p, c_int32, error),
        ("momo_create_client", c_int, c_void_p, POINTER(c_void_p), error),
        ("momo_clone_client", c_void_p, c_void_p),
        ("momo_cancel_client", None, c_void_p),
        ("momo_create_token", c_int, c_void_p, c_int64, POINTER(TokenPointer), error),
        ("momo_get_token", c_int, c_void_p, c_int64, POINTER(TokenPointer), error),
        ("momo_invalidate_token", c_int, c_void_p, c_char_p, error),
        ("momo_get_options", c_int, c_void_p, POINTER(OptionPointer), error),
        ("momo_get_stats", c_int, c_void_p, POINTER(StatsPointer), error),
        ("momo_clear_cache", None),
        ("momo_version", c_char_p),
        *((f"momo_free_{each}", None, c_void_p) for each in _FREED),
    )
    for name, result, *parameters in functions:
        function = getattr(library, name)
        function.restype, function.argtypes = result, parameters
    return library


lib = _load()


def call(function: Callable[..., int], *arguments: object) -> None:
    error = ErrorPointer()
    if function(*arguments, byref(error)) != 0:
        status, http_status, retry_after_ms, message, code, body = copied(error)
        lib.momo_free_error(error)
        raise Error(status, message, http_status, code, body, retry_after_ms)


def taken(function: Any, pointer: Any, free: Any, *arguments: object) -> list[Any]:
    """The members of what a function hands out, or those of each in a list; freed at once."""
    call(function, *arguments, byref(pointer))
    try:
        return listed(pointer) if isinstance(pointer, OptionPointer) else copied(pointer)
    finally:
        free(pointer)


def copied(pointer: Any) -> list[Any]:
    found = [getattr(pointer.contents, field[0]) for field in pointer.contents._fields_]
    return [value.decode() if isinstance(value, bytes) else value for value in found]


def listed(pointer: Any) -> list[Any]:
    *members, following = copied(pointer)
    return [members, *(listed(cast(following, OptionPointer)) if following else ())]


def text(string: str) -> bytes:
    if "\0" in string:
        raise ValueError("a string for libmomo holds a NUL")  # C would take what stands before it
    return string.encode()
