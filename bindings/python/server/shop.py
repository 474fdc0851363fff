"""A shop, at the point where it has a token and would make a payment.

    pip install libmomo -r requirements.txt
    gunicorn --workers 4 --worker-class asgi shop:app
"""

import hashlib
import logging
import math
import os

import momo
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()
# One client for every task of this worker. To make one asks nothing of the gateway.
client = momo.Client(logger=logging.getLogger("momo"))


@app.get("/pay")
async def pay():
    token = await client.get_token_async()
    # Here the payment is made, with token.authorization as a header. A token has no business in a
    # page: its hash tells it apart.
    fingerprint = hashlib.sha256(token.access_token.encode()).hexdigest()
    return {"pid": os.getpid(), "token_sha256": fingerprint}


@app.exception_handler(momo.Error)
async def no_token(_: Request, error: momo.Error):
    # The reason is for the log: it tells of the shop's configuration, not of the visitor's request.
    logging.getLogger("shop").error("%s: %s", error.name, error)
    wait = {"Retry-After": str(math.ceil(error.retry_after_ms / 1000))}
    headers = wait if error.retry_after_ms >= 0 else {}
    return JSONResponse({"error": "no token"}, status_code=503, headers=headers)
