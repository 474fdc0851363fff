"""What a call meets beside the gateway: an address that takes no connection, a silent name server."""

import contextlib
import socket


class FullListener:
    """Its queue is full: the kernel drops whoever knocks, as a firewall would."""

    def __init__(self):
        self._sockets = [socket.create_server(("127.0.0.1", 0), backlog=0)]
        host, port = self._sockets[0].getsockname()
        self.base_url = f"https://{host}:{port}"
        with contextlib.suppress(TimeoutError):
            while True:
                self._sockets.append(socket.create_connection((host, port), timeout=0.2))

    def close(self):
        for each in self._sockets:
            each.close()


class SilentNameServer:
    """Takes questions and answers none. Another address than 127.0.0.1: a real one may be there."""

    ADDRESS = "127.0.0.77"

    def __init__(self, folder):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.ADDRESS, 53))
        self._file = folder / "resolv.conf"
        self._file.write_text(f"nameserver {self.ADDRESS}\n")

    def in_front(self, command, resolver_file):
        """The command, in a world where this is the only name server."""
        script = 'mount --bind "$0" "$1" && shift && exec "$@"'
        bound = [str(self._file), str(resolver_file)]
        return ["unshare", "--mount", "sh", "-c", script, *bound, *command]

    def close(self):
        self._socket.close()
