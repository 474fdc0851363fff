"""MTN's hosts, as far as pages talk to them, on this machine.

A proxy takes every CONNECT to one server, which has a certificate for MTN's names: what a page
tells its reader to type runs as it stands. Tokens are the mock gateway's. The sandbox makes API
users and keys; each call is refused that lacks what the real one asks for.
"""

import base64
import http.client
import json
import re
import socket
import ssl
import subprocess
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

SANDBOX = "sandbox.momodeveloper.mtn.com"
PRODUCTION = "proxy.momoapi.mtn.co.rw", "proxy.momoapi.mtn.com"
PRODUCTS = "collection", "disbursement", "remittance"


class Internet:
    def __init__(self, gateway, folder):
        self.gateway = gateway
        self.users = {}  # API keys of the sandbox by API user; None before there is one
        self.authority, key = folder / "internet.pem", folder / "internet.key"
        names = ",".join(f"DNS:{name}" for name in (SANDBOX, *PRODUCTION))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
            + ["-nodes", "-days", "2", "-subj", "/CN=MTN on this machine", "-keyout", key]
            + ["-addext", f"subjectAltName={names}", "-out", self.authority]
            + ["-addext", "basicConstraints=critical,CA:FALSE"],
            check=True,
            capture_output=True,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.authority, key)
        self._server = self._serve(Mtn)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._proxy = self._serve(Proxy)
        self._proxy.target = self._server.server_address
        self.proxy = "http://{}:{}".format(*self._proxy.server_address)
        for server in (self._server, self._proxy):
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def _serve(self, handler):
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.internet = self
        return server

    def close(self):
        for server in (self._proxy, self._server):
            server.shutdown()
            server.server_close()


class Proxy(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_CONNECT(self):
        with socket.create_connection(self.server.target) as upstream:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=pump, args=(upstream, self.connection))
            back.start()
            pump(self.connection, upstream)
            back.join()


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the other side has closed


class Mtn(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        self.respond()

    def do_POST(self):
        self.respond()

    def respond(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, answer = self.answer(urlsplit(self.path).path, body)
        answer = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def answer(self, path, body):
        internet, environment = self.server.internet, self.server.internet.gateway.environment
        host = self.headers["Host"]
        if self.headers["Ocp-Apim-Subscription-Key"] != environment["MOMO_SUBSCRIPTION_KEY"]:
            return 401, {"statusCode": 401, "message": "Access denied"}
        if self.headers["Content-Length"] is None and self.command == "POST":
            return 411, {"statusCode": 411, "message": "Length Required"}
        product = path.split("/")[1]
        if path == f"/{product}/token/" and product in PRODUCTS:
            return self.token(path, host)
        if path == f"/{product}/v1_0/account/balance" and product in PRODUCTS:
            return self.balance(host)
        if host == SANDBOX and path == "/v1_0/apiuser":
            user = self.headers["X-Reference-Id"] or ""
            if uuid.UUID(user).version != 4 or not json.loads(body)["providerCallbackHost"]:
                return 400, {}
            internet.users[user] = None
            return 201, b""
        key = re.fullmatch(r"/v1_0/apiuser/([0-9a-f-]+)/apikey", path)
        if host == SANDBOX and key and key[1] in internet.users:
            internet.users[key[1]] = uuid.uuid4().hex
            return 201, {"apiKey": internet.users[key[1]]}
        return 404, {"statusCode": 404, "message": "Resource not found"}

    def token(self, path, host):
        internet, environment = self.server.internet, self.server.internet.gateway.environment
        basic = base64.b64decode(self.headers["Authorization"].split()[1])
        user, _, key = basic.decode().partition(":")
        users = {environment["MOMO_API_USER"]: environment["MOMO_API_KEY"]}
        if (internet.users if host == SANDBOX else users).get(user) != key:
            return 500, {"error": "login_failed"}
        pair = f"{environment['MOMO_API_USER']}:{environment['MOMO_API_KEY']}".encode()
        headers = {
            "Authorization": "Basic " + base64.b64encode(pair).decode(),
            "Ocp-Apim-Subscription-Key": environment["MOMO_SUBSCRIPTION_KEY"],
            "Content-Length": "0",
        }
        connection = http.client.HTTPConnection(internet.gateway.address, timeout=10)
        connection.request("POST", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()

    def balance(self, host):
        environment = self.headers["X-Target-Environment"] or ""
        if not re.fullmatch(r"Bearer [\w-]+\.[\w-]+\.[\w-]+", self.headers["Authorization"] or ""):
            return 401, {"error": "Unauthorized"}
        if not (environment == "sandbox" if host == SANDBOX else environment.startswith("mtn")):
            return 500, {"code": "NOT_ALLOWED_TARGET_ENVIRONMENT"}
        currency = "EUR" if host == SANDBOX else "RWF"
        return 200, {"availableBalance": "1000", "currency": currency}
