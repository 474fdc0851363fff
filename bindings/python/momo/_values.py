"""What calls give: a token, counters, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class Error(Exception):
    """Why there is no token; str() says what failed and what to do."""

    def __init__(
        self,
        status: int,
        name: str,
        http_status: int,
        code: str,
        message: str,
        body: str,
        retry_after_ms: int,
    ) -> None:
        super().__init__(message)
        self.status = status  # the number of a momo_status
        self.name = name  # "MOMO_UNAUTHORIZED"
        self.http_status = http_status  # 0 where no response came
        self.code = code
        self.message = message
        self.body = body
        self.retry_after_ms = retry_after_ms  # -1 where no time is known

    def __reduce__(self) -> tuple[Any, ...]:
        # So that it crosses processes, as concurrent.futures and Celery have it.
        details = self.status, self.name, self.http_status, self.code, self.message, self.body
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
