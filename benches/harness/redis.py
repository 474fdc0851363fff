"""A Redis server that keeps nothing on the disk."""

import socket
import subprocess

from .nginx import free_port, wait_for


class Redis:
    def __init__(self, folder):
        self._port = free_port()
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self._port)]
        command += ["--save", "", "--dir", str(folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for(self._process, self._port)
        self.url = f"redis://127.0.0.1:{self._port}"

    def empty(self):
        with socket.create_connection(("127.0.0.1", self._port)) as connection:
            connection.sendall(b"FLUSHALL\r\n")
            if connection.recv(64) != b"+OK\r\n":
                raise RuntimeError("Redis does not forget")

    def close(self):
        self._process.terminate()
        self._process.wait()
