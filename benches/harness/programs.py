"""The programs that are compared. Each takes a mode and a count, and asks the same server."""

from collections.abc import Callable
from dataclasses import dataclass, field

from . import OUT, ROOT, versions
from .versions import RIVALS

LIBMOMO, LIBCURL, BY_HAND = "libmomo", "libcurl", "openssl"
NODE = ["node", "--use-openssl-ca"]
NEW_CLIENT_EACH = "it makes a client for each token"
CURL_HANDLE = 3  # its connection, and a pair of sockets that wake it up
SHARES_A_POOL = "its connections are in one pool of the process"


@dataclass(frozen=True)
class Program:
    key: str
    title: str
    command: list
    version: Callable
    # Each mode that it does not have: why.
    lacks: dict = field(default_factory=dict)
    is_native: bool = False  # valgrind runs it
    # Of a client that keeps a connection.
    open_files: int = 1

    def run(self, mode):
        return [*self.command, mode]

    def has(self, mode):
        return mode not in self.lacks


PROGRAMS = [
    Program(
        LIBMOMO,
        "libmomo",
        [OUT / "momo"],
        lambda: versions.said(ROOT / "scripts/version.sh"),
        is_native=True,
    ),
    Program(
        LIBCURL,
        "libcurl, jansson",
        [OUT / "libcurl"],
        lambda: versions.libraries("libcurl", "openssl", "jansson"),
        is_native=True,
        open_files=CURL_HANDLE,
    ),
    Program(
        BY_HAND,
        "OpenSSL, by hand",
        [OUT / "openssl"],
        lambda: versions.libraries("openssl"),
        is_native=True,
    ),
    Program(
        "reqwest",
        "Rust, reqwest",
        [OUT / "rust/release/reqwest"],
        lambda: versions.crates("reqwest 0.13", "rustls 0.23", "tokio 1"),
        is_native=True,
    ),
    Program(
        "mtnmomo",
        "Rust, mtnmomo",
        [OUT / "rust/release/mtnmomo"],
        lambda: f"{versions.crates('mtnmomo', 'reqwest 0.11')}, {versions.libraries('openssl')}",
        {"kept": NEW_CLIENT_EACH, "clients": NEW_CLIENT_EACH},
        is_native=True,
    ),
    Program("go", "Go, net/http", [OUT / "go"], versions.go),
    Program(
        "php",
        "PHP, curl",
        ["php", RIVALS / "php_curl.php"],
        versions.php,
        open_files=CURL_HANDLE,
    ),
    Program(
        "requests",
        "Python, requests",
        [versions.PYTHON, RIVALS / "python_requests.py"],
        versions.python,
    ),
    Program(
        "fetch",
        "Node, fetch",
        [*NODE, RIVALS / "fetch.mjs"],
        versions.node,
        {"clients": SHARES_A_POOL},
    ),
    Program(
        "mtn-momo",
        "Node, mtn-momo",
        [*NODE, OUT / "node/mtn_momo.mjs"],
        lambda: f"{versions.packages('mtn-momo', 'axios')}, {versions.node()}",
        {"clients": SHARES_A_POOL},
    ),
]


def with_mode(mode):
    return [program for program in PROGRAMS if program.has(mode)]
