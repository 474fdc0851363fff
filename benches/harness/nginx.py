"""An nginx that answers as the gateway does: the same headers, a token of the same size."""

import base64
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from .certificates import write_chain

API_USER = "c72025f5-5cd1-4630-99e4-8ba4722fad56"
API_KEY = "f1db798c98df4bcf92f47c53d5f3a1b2"
SUBSCRIPTION_KEY = "d484a1f0d34f4301916d0f2c9e9106a2"
CREDENTIALS = {
    "MOMO_API_USER": API_USER,
    "MOMO_API_KEY": API_KEY,
    "MOMO_SUBSCRIPTION_KEY": SUBSCRIPTION_KEY,
}
BASIC = base64.b64encode(f"{API_USER}:{API_KEY}".encode()).decode()


def _part(text):
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


# A JWT with the members of the gateway's; the signature has the length of one by RSA-2048.
TOKEN = ".".join(
    [
        _part(b'{"typ":"JWT","alg":"R256"}'),
        _part(
            b'{"clientId":"c72025f5-5cd1-4630-99e4-8ba4722fad56","expires":"2030-01-01T00:00:00.000",'
            b'"sessionId":"6a8f42bd-97c4-4b42-b8b9-0d1fd3c6b3c1"}'
        ),
        _part(bytes(range(256))),
    ]
)
ANSWER = f'{{"access_token":"{TOKEN}","token_type":"access_token","expires_in":3600}}'

CONFIG = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 15000; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    keepalive_timeout 1h; keepalive_requests 1000000000;
    map_hash_bucket_size 256;
    map "$http_authorization|$http_ocp_apim_subscription_key" $known {{
        "Basic {basic}|{subscription_key}" 1; default 0;
    }}
    server {{
        {listen}
        ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:tls:10m;
        ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
        location = /disbursement/token/ {{
            if ($request_method != POST) {{ return 405; }}
            default_type "application/json;charset=utf-8";
            if ($known = 0) {{ return 401 '{{"error":"login_failed"}}'; }}
            return 200 '{answer}';
        }}
    }}
    server {{ listen 127.0.0.1:{status_port}; location = /status {{ stub_status; }} }}
}}
"""


def free_port(family=socket.AF_INET, host="127.0.0.1", port=0):
    with socket.socket(family) as probe:
        probe.bind((host, port))
        return probe.getsockname()[1]


def wait_for(process, port):
    """Until somebody listens, or the process has ended."""
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.01)
    raise RuntimeError(f"{process.args[0]} has ended with {process.returncode}")


class Nginx:
    def __init__(self, chain):
        self._directory = tempfile.TemporaryDirectory()
        folder = Path(self._directory.name)
        write_chain(folder, chain)
        port, self._status_port = free_port(), free_port()
        listen = [f"listen 127.0.0.1:{port} ssl;"]
        try:  # localhost is both where there is IPv6
            free_port(socket.AF_INET6, "::1", port)
            listen.append(f"listen [::1]:{port} ssl;")
        except OSError:
            pass
        config = folder / "nginx.conf"
        config.write_text(
            CONFIG.format(
                folder=folder,
                listen=" ".join(listen),
                basic=BASIC,
                subscription_key=SUBSCRIPTION_KEY,
                answer=ANSWER,
                status_port=self._status_port,
            )
        )
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        command = [program, "-p", folder, "-e", folder / "error.log", "-c", config]
        self._process = subprocess.Popen(command)
        wait_for(self._process, port)
        self._questions = 0
        self.ca = folder / "root.pem"
        self.base_url = f"https://localhost:{port}"

    def served(self):
        """How many connections and requests there were, without those of this question."""
        connection = http.client.HTTPConnection("127.0.0.1", self._status_port)
        connection.request("GET", "/status")
        lines = connection.getresponse().read().decode().splitlines()
        connection.close()
        self._questions += 1
        accepted, _, requests = (int(number) - self._questions for number in lines[2].split())
        return accepted, requests

    def close(self):
        self._process.terminate()
        self._process.wait()
        self._directory.cleanup()
