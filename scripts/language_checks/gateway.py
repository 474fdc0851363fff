"""The mock gateway, as a process."""

import http.client
import json
import os
import subprocess
from urllib.parse import urlsplit

from . import ROOT


def build():
    command = ["cargo", "build", "--quiet", "--package", "momo-mock-gateway"]
    subprocess.run(command, cwd=ROOT, check=True)


class Gateway:
    def __init__(self):
        target = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")  # may be absolute
        # It ends when its standard input closes: also when this process is killed.
        self._process = subprocess.Popen(
            [target / "debug/momo-mock-gateway", "--plain", "--until-stdin-closes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        response = json.loads(self._process.stdout.readline())
        self._address = urlsplit(response["plain_base_url"]).netloc
        self.secrets = [response["api_key"], response["subscription_key"]]
        self.environment = {
            "MOMO_BASE_URL": response["base_url"],
            "MOMO_CA": response["ca"],
            "MOMO_API_USER": response["api_user"],
            "MOMO_API_KEY": response["api_key"],
            "MOMO_SUBSCRIPTION_KEY": response["subscription_key"],
            "MOMO_PROXY": "none",
        }

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
        self._process.send_signal(number)

    def requests(self):
        return json.loads(self._ask("GET", "/__requests"))["count"]

    def _ask(self, method, path):
        connection = http.client.HTTPConnection(self._address, timeout=10)
        try:
            connection.request(method, path)
            return connection.getresponse().read()
        finally:
            connection.close()
