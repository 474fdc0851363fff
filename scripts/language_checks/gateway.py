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
        answer = json.loads(self._process.stdout.readline())
        self._address = urlsplit(answer["plain_base_url"]).netloc
        self.secrets = [answer["api_key"], answer["subscription_key"]]
        self.environment = {
            "MOMO_BASE_URL": answer["base_url"],
            "MOMO_CA": answer["ca"],
            "MOMO_API_USER": answer["api_user"],
            "MOMO_API_KEY": answer["api_key"],
            "MOMO_SUBSCRIPTION_KEY": answer["subscription_key"],
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

    def requests(self):
        return json.loads(self._ask("GET", "/__requests"))["count"]

    def _ask(self, method, path):
        connection = http.client.HTTPConnection(self._address, timeout=10)
        try:
            connection.request(method, path)
            return connection.getresponse().read()
        finally:
            connection.close()
