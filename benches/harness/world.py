"""The servers of a run, and what programs are told of them."""

import os
import resource
import tempfile
from contextlib import ExitStack
from pathlib import Path

from .nginx import CREDENTIALS, Nginx
from .redis import Redis

SYSTEM_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")


class World:
    def __init__(self, counts):
        self.counts = counts
        self._stack = ExitStack()
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        (self.folder / "none").mkdir()
        self._servers = {}
        # A server of ten thousand connections, and a program that makes them.
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _server(self, name, start):
        if name not in self._servers:
            self._servers[name] = start()
            self._stack.callback(self._servers[name].close)
        return self._servers[name]

    def nginx(self, chain="rsa"):
        return self._server(chain, lambda: Nginx(chain))

    def redis(self):
        return self._server("redis", lambda: Redis(self.folder))

    def environment(self, chain="rsa", system=False, **more):
        """For every program the same: where, as whom, and which authorities are trusted.

        The server's authority is trusted alone, or made one of the system's. OpenSSL, Go, Node and
        rustls take SSL_CERT_FILE and SSL_CERT_DIR for the system's store; who wants a file by name
        has CA_FILE.
        """
        nginx = self.nginx(chain)
        trusted, directory = nginx.ca, self.folder / "none"
        if system:
            trusted, directory = self.folder / f"system-{chain}.pem", SYSTEM_BUNDLE.parent
            trusted.write_bytes(SYSTEM_BUNDLE.read_bytes() + nginx.ca.read_bytes())
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment |= CREDENTIALS | {
            "LANG": "C.UTF-8",
            "MOMO_BASE_URL": nginx.base_url,
            "MOMO_CA": "system" if system else trusted,
            "MOMO_PROXY": "none",
            "CA_FILE": trusted,
            "SSL_CERT_FILE": trusted,
            "SSL_CERT_DIR": directory,
        }
        return {name: str(value) for name, value in (environment | more).items()}
