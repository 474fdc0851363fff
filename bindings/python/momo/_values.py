"""What calls give: a token, counters, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, NoReturn


class Status(IntEnum):
    """The numbers of momo_status; momo.h explains each. A newer library may have more."""

    OK = 0
    INVALID_ARGUMENT = 1
    INVALID_CONFIG = 2
    RESOLVE_FAILED = 10
    CONNECT_FAILED = 11
    TLS_FAILED = 12
    TIMED_OUT = 13
    CONNECTION_LOST = 14
    WOULD_BLOCK = 15
    CANCELLED = 16
    UNAUTHORIZED = 20
    SUBSCRIPTION_KEY_REFUSED = 21
    FORBIDDEN = 22
    RATE_LIMITED = 23
    SERVER_ERROR = 24
    UNEXPECTED_STATUS = 25
    INVALID_RESPONSE = 26
    CACHE_FAILED = 30
    INTERNAL = 99


class TokenOrigin(IntEnum):
    """Where the current token came from."""

    NONE = 0
    GATEWAY = 1
    DIRECTORY = 2
    REDIS = 3


class Error(Exception):
    """Why there is no token; str() says what failed and what to do."""

    def __init__(
        self,
        status: int,
        message: str = "",
        http_status: int = 0,
        code: str = "",
        body: str = "",
        retry_after_ms: int = -1,
    ) -> None:
        # All of them, in types of JSON: pickle and Celery make an error anew from its arguments.
        super().__init__(int(status), message, http_status, code, body, retry_after_ms)
        known = status in Status.__members__.values()
        self.status = int(status)  # the number of a momo_status
        self.name = f"MOMO_{Status(status).name}" if known else "MOMO_UNKNOWN"
        self.message = message
        self.http_status = http_status  # 0 if there was no response
        self.code = code
        self.body = body
        self.retry_after_ms = retry_after_ms  # -1 if no time is known

    def __str__(self) -> str:
        return self.message


class Token:
    """A token: Token("…", expires_in=3600) makes one for a test."""

    access_token: str
    token_type: str
    authorization: str  # the value of the header to send
    expires_in: int  # seconds left, 0 if that is not known
    expires_at: int  # Unix time in seconds, 0 if that is not known
    lifetime: int
    refresh_status: int  # why the last refresh failed, 0 if none did
    refresh_in: int  # seconds until one is due, 0 if it is, -1 if none is
    # No dataclass and no __dict__: secrets stay out of logs, dumps and what is made of vars().
    __slots__ = tuple(__annotations__)

    def __init__(
        self,
        access_token: str,
        token_type: str = "access_token",
        authorization: str = "",
        expires_in: int = 0,
        expires_at: int = 0,
        lifetime: int = 0,
        refresh_status: int = 0,
        refresh_in: int = -1,
    ) -> None:
        authorization = authorization or f"Bearer {access_token}"
        given = locals()
        for name in self.__slots__:
            object.__setattr__(self, name, given[name])

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a token cannot be changed")

    def __repr__(self) -> str:
        return f"Token(expires_in={self.expires_in}, expires_at={self.expires_at})"

    def __deepcopy__(self, _: object = None) -> Token:
        return self

    __copy__ = __deepcopy__

    def __reduce_ex__(self, _: object = None) -> NoReturn:
        raise TypeError("a token is a secret: send its access_token if another process needs it")

    __getstate__ = __reduce_ex__


# An option as a client uses it; momo.h explains each.
Option = NamedTuple("Option", [("name", str), ("value", str), ("source", str), ("warning", str)])


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
    last_failure_status: int  # the number of a momo_status, 0 if nothing failed
    last_failure_at: int  # Unix time in seconds, 0 if nothing failed
    token_expires_in: int  # seconds left, 0 if there is no token
    cooldown_ms: int
    tokens_adopted: int  # tokens of other processes, by the option cache
    token_origin: int  # a TokenOrigin
