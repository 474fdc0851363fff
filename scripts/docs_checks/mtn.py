"""MTN's hosts as far as pages talk to them: what a page tells its reader to type runs as it stands.

A proxy that is MTN itself: behind a CONNECT to any name it speaks TLS, with a certificate for MTN's
names. The sandbox makes API users and keys. A call without what the real one asks for is refused.
"""

import base64
import json
import re
import ssl
import subprocess
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SANDBOX = "sandbox.momodeveloper.mtn.com"
PRODUCTION = "proxy.momoapi.mtn.co.rw", "proxy.momoapi.mtn.com"
PRODUCT = "/(?:collection|disbursement|remittance)"
TOKEN = {"access_token": "eyJ0.eyJj.c2ln", "token_type": "access_token", "expires_in": 3600}


class Mtn:
    def __init__(self, environment, folder):
        """With the credentials of this environment; its authority and key lie in the folder."""
        self.subscription_key = environment["MOMO_SUBSCRIPTION_KEY"]
        # API keys by API user; None before there is one.
        self.users = {environment["MOMO_API_USER"]: environment["MOMO_API_KEY"]}
        self.sandbox_users = {}
        self.authority, key = folder / "mtn.pem", folder / "mtn.key"
        names = ",".join(f"DNS:{name}" for name in (SANDBOX, *PRODUCTION))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
            + ["-nodes", "-days", "2", "-subj", "/CN=MTN on this machine", "-keyout", key]
            + ["-addext", f"subjectAltName={names}", "-out", self.authority]
            + ["-addext", "basicConstraints=critical,CA:FALSE"],
            check=True,
            capture_output=True,
        )
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.mtn = self
        self._server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server.tls.load_cert_chain(self.authority, key)
        self.proxy = "http://{}:{}".format(*self._server.server_address)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def response(self, host, path, headers, body):
        """Status and body; `path` begins with the method."""
        users = self.sandbox_users if host == SANDBOX else self.users
        if headers["Ocp-Apim-Subscription-Key"] != self.subscription_key:
            return 401, {"statusCode": 401, "message": "Access denied"}
        if path.startswith("POST") and headers["Content-Length"] is None:
            return 411, {}
        if re.fullmatch(f"POST {PRODUCT}/token/", path):
            pair = base64.b64decode(headers["Authorization"].split()[1]).decode()
            user, _, key = pair.partition(":")
            return (200, TOKEN) if users.get(user) == key else (500, {"error": "login_failed"})
        if re.fullmatch(f"GET {PRODUCT}/v1_0/account/balance", path):
            return self.balance(host, headers)
        if host == SANDBOX and path == "POST /v1_0/apiuser":
            user = headers["X-Reference-Id"] or ""
            if uuid.UUID(user).version != 4 or not json.loads(body)["providerCallbackHost"]:
                return 400, {}
            users[user] = None
            return 201, None
        key = re.fullmatch(r"POST /v1_0/apiuser/([0-9a-f-]+)/apikey", path)
        if host == SANDBOX and key and key[1] in users:
            users[key[1]] = uuid.uuid4().hex
            return 201, {"apiKey": users[key[1]]}
        return 404, {"statusCode": 404, "message": "Resource not found"}

    def balance(self, host, headers):
        environment = headers["X-Target-Environment"] or ""
        # The mock gateway's tokens will do, too.
        if not re.fullmatch(r"Bearer [\w-]+\.[\w-]+\.[\w-]+", headers["Authorization"] or ""):
            return 401, {"error": "Unauthorized"}
        if not (environment == "sandbox" if host == SANDBOX else environment.startswith("mtn")):
            return 500, {"code": "NOT_ALLOWED_TARGET_ENVIRONMENT"}
        return 200, {"availableBalance": "1000", "currency": "EUR" if host == SANDBOX else "RWF"}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.close_connection = False  # the request follows

    def respond(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = f"{self.command} {self.path}"
        status, response = self.server.mtn.response(self.headers["Host"], path, self.headers, body)
        text = b"" if response is None else json.dumps(response).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = respond

    def finish(self):
        super().finish()
        self.connection.close()
