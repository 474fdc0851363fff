"""What a call meets beside the gateway: an address that takes no connection, a silent name server."""

import socket
import tempfile
from pathlib import Path


class FullListener:
    """Its queue is full: the kernel drops whoever knocks, as a firewall would."""

    def __init__(self):
        self._listening = socket.socket()
        self._listening.bind(("127.0.0.1", 0))
        self._listening.listen(0)
        self.address = self._listening.getsockname()
        self._waiting = []
        while self._connect():
            pass

    def _connect(self):
        connection = socket.socket()
        connection.settimeout(0.2)
        self._waiting.append(connection)
        try:
            connection.connect(self.address)
        except TimeoutError:
            return False
        return True

    @property
    def base_url(self):
        return f"https://{self.address[0]}:{self.address[1]}"

    def close(self):
        for each in [self._listening, *self._waiting]:
            each.close()


class SilentNameServer:
    """Takes questions and answers none. Another address than 127.0.0.1: a real one may be there."""

    ADDRESS = "127.0.0.77"

    def __init__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.ADDRESS, 53))
        self._folder = tempfile.TemporaryDirectory(prefix="libmomo-resolver-")
        self._file = Path(self._folder.name) / "resolv.conf"
        self._file.write_text(f"nameserver {self.ADDRESS}\n")

    def in_front(self, command, resolver_file):
        """The command, in a world where this is the only name server."""
        script = 'mount --bind "$0" "$1" && shift && exec "$@"'
        bound = [str(self._file), str(resolver_file)]
        return ["unshare", "--mount", "sh", "-c", script, *bound, *command]

    def close(self):
        self._socket.close()
        self._folder.cleanup()
