"""The servers of a run, and what programs are told of them."""

import base64
import http.client
import os
import resource
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

API_USER = "c72025f5-5cd1-4630-99e4-8ba4722fad56"
API_KEY = "f1db798c98df4bcf92f47c53d5f3a1b2"
SUBSCRIPTION_KEY = "d484a1f0d34f4301916d0f2c9e9106a2"
CREDENTIALS = {
    "MOMO_API_USER": API_USER,
    "MOMO_API_KEY": API_KEY,
    "MOMO_SUBSCRIPTION_KEY": SUBSCRIPTION_KEY,
}
BASIC = base64.b64encode(f"{API_USER}:{API_KEY}".encode()).decode()

# As long as the gateway's. No program decodes it.
TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSMjU2In0.".ljust(563, "x")
RESPONSE = f'{{"access_token":"{TOKEN}","token_type":"access_token","expires_in":3600}}'

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
            return 200 '{response}';
        }}
    }}
    server {{ listen 127.0.0.1:{status_port}; location = /status {{ stub_status; }} }}
}}
"""

# Public servers have such chains: a root, an intermediate certificate, the server's own.
CHAINS = {
    "rsa": ["-newkey", "rsa:2048", "-sha256"],
    "p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-sha384"],
}
AUTHORITY = ["keyUsage=critical,keyCertSign,cRLSign"]
SERVER = [
    "subjectAltName=DNS:localhost",
    "keyUsage=critical,digitalSignature",
    "extendedKeyUsage=serverAuth",
]
SYSTEM_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")


def write_chain(folder, chain):
    """Writes root.pem, which is to be trusted, and server.pem with server.key."""

    def issue(name, subject, ca, extensions, by=None):
        command = ["openssl", "req", "-x509", "-nodes", "-days", "30", *CHAINS[chain]]
        command += ["-subj", f"/CN={subject}"]
        for extension in [f"basicConstraints=critical,{ca}", *extensions]:
            command += ["-addext", extension]
        command += ["-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"]
        if by is not None:
            command += ["-CA", folder / f"{by}.pem", "-CAkey", folder / f"{by}.key"]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

    issue("root", "Benchmark Root", "CA:TRUE", AUTHORITY)
    issue("intermediate", "Benchmark Intermediate", "CA:TRUE,pathlen:0", AUTHORITY, by="root")
    issue("server", "localhost", "CA:FALSE", SERVER, by="intermediate")
    with (folder / "server.pem").open("ab") as sent:
        sent.write((folder / "intermediate.pem").read_bytes())


def free_port(family=socket.AF_INET, host="127.0.0.1", port=0):
    with socket.socket(family) as probe:
        probe.bind((host, port))
        return probe.getsockname()[1]


class Server:
    """A program that listens on a port until `close`."""

    def __init__(self, command, port):
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.01)
        raise RuntimeError(f"{command[0]} has ended with {self._process.returncode}")

    def close(self):
        self._process.terminate()
        self._process.wait()


class Nginx(Server):
    """Responds as the gateway does: the same headers, a token of the same size."""

    def __init__(self, folder, chain):
        folder.mkdir()
        write_chain(folder, chain)
        port, self._status_port = free_port(), free_port()
        listen = f"listen 127.0.0.1:{port} ssl;"
        try:  # localhost is both addresses if there is IPv6
            free_port(socket.AF_INET6, "::1", port)
            listen += f" listen [::1]:{port} ssl;"
        except OSError:
            pass
        config = folder / "nginx.conf"
        config.write_text(
            CONFIG.format(
                folder=folder,
                listen=listen,
                basic=BASIC,
                subscription_key=SUBSCRIPTION_KEY,
                response=RESPONSE,
                status_port=self._status_port,
            )
        )
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        super().__init__([program, "-p", folder, "-e", folder / "error.log", "-c", config], port)
        self._questions = 0
        self.ca = folder / "root.pem"
        self.base_url = f"https://localhost:{port}"

    def served(self):
        """The number of connections and of requests, without those of this question."""
        connection = http.client.HTTPConnection("127.0.0.1", self._status_port)
        connection.request("GET", "/status")
        lines = connection.getresponse().read().decode().splitlines()
        connection.close()
        self._questions += 1
        accepted, _, requests = (int(number) - self._questions for number in lines[2].split())
        return accepted, requests


class Redis(Server):
    """Keeps nothing on the disk."""

    def __init__(self, folder):
        self._port = free_port()
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self._port)]
        super().__init__([*command, "--save", "", "--dir", str(folder)], self._port)
        self.url = f"redis://127.0.0.1:{self._port}"

    def empty(self):
        command = ["redis-cli", "-e", "-p", str(self._port), "FLUSHALL"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class World(ExitStack):
    """Closes the servers, and then removes the folder."""

    def __init__(self, counts):
        super().__init__()
        self.counts = counts
        self.folder = Path(self.enter_context(tempfile.TemporaryDirectory()))
        (self.folder / "none").mkdir()
        self._servers = {}
        # A server has ten thousand connections, and so has a program that makes them.
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def _server(self, name, start):
        if name not in self._servers:
            self._servers[name] = start()
            self.callback(self._servers[name].close)
        return self._servers[name]

    def nginx(self, chain="rsa"):
        return self._server(chain, lambda: Nginx(self.folder / chain, chain))

    def redis(self):
        return self._server("redis", lambda: Redis(self.folder))

    def environment(self, chain="rsa", system=False, **more):
        """The same variables for every program: server, credentials and trusted authorities.

        The server's authority is trusted alone, or made one of the system's. OpenSSL, Go, Node and
        rustls take SSL_CERT_FILE and SSL_CERT_DIR for the system's store. A program that needs a
        file by name takes CA_FILE.
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
