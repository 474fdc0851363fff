"""The mock gateway, as scripts/with-mock.sh starts it."""

import http.client
import json
import os
import subprocess
from urllib.parse import urlsplit

from . import ROOT


class Gateway:
    def __init__(self):
        # It ends when its standard input closes: also if this process is killed.
        self._process = subprocess.Popen(
            [ROOT / "scripts/with-mock.sh", "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = iter(self._process.stdout.readline, "\n")
        variables = dict(line.rstrip("\n").split("=", 1) for line in lines)
        self._address = urlsplit(variables.pop("MOCK_PLAIN")).netloc
        self._id = int(variables.pop("MOCK_PID"))
        self.environment = variables
        self.secrets = [variables["MOMO_API_KEY"], variables["MOMO_SUBSCRIPTION_KEY"]]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def reset(self):
        self._ask("POST", "/__reset")

    def signal(self, number):
        """Stops it, or ends it without a word."""
        os.kill(self._id, number)

    def requests(self):
        return json.loads(self._ask("GET", "/__requests"))["count"]

    def _ask(self, method, path):
        connection = http.client.HTTPConnection(self._address, timeout=10)
        try:
            connection.request(method, path)
            return connection.getresponse().read()
        finally:
            connection.close()
