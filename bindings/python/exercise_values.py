"""The scenarios of values: clients, tokens and errors as Python copies, prints and sends them."""

import copy
import ctypes
import dataclasses
import gc
import json
import multiprocessing
import pickle
import pprint
import traceback

import momo

REFUSED = (TypeError, ValueError)


def refused(call, *arguments, **keywords):
    """What is said of a mistake, "" if nothing is."""
    try:
        call(*arguments, **keywords)
    except REFUSED as error:
        return str(error)
    return ""


def copies():
    """A copy of a client is a clone; a client goes to no other process."""
    client = momo.Client()
    clone = copy.copy(client)
    clone.close()
    token = client.get_token()
    del clone, client
    gc.collect()
    client = momo.Client()
    return {
        "token": token.expires_in > 0,
        "deepcopy": refused(copy.deepcopy, client),
        "pickle": refused(pickle.dumps, client),
    }


def misuse():
    client = momo.Client()
    found = {
        "none": refused(momo.Client, api_key=None),
        "bool": refused(momo.Client, api_key=True),
        "bytes": refused(momo.Client, api_key=b"key"),
        "negative": refused(client.get_token, timeout=-1),
        "nan": refused(client.get_token, timeout=float("nan")),
        "text": refused(client.get_token, timeout="5s"),
        "invalidate": refused(client.invalidate_token, None),
    }
    client.invalidate_token(client.get_token())
    found["invalidations"] = client.stats().invalidations
    return found


def secrets():
    """The ways that Python has to write a token down, and those that wrote it."""
    token = momo.Client().get_token()
    ways = {
        "repr": repr,
        "str": str,
        "format": "{}".format,
        "pprint": pprint.pformat,
        "vars": lambda token: str(vars(token)),
        "json": json.dumps,
        "json of vars": lambda token: json.dumps(token, default=vars),
        "json of str": lambda token: json.dumps(token, default=str),
        "asdict": lambda token: str(dataclasses.asdict(token)),
        "list": lambda token: str(list(token)),
        "pickle": lambda token: pickle.dumps(token).decode("latin-1"),
        "reduce": lambda token: str(token.__reduce_ex__(2)),
        "getstate": lambda token: str(token.__getstate__()),
    }
    leaks = []
    for name, way in ways.items():
        try:
            if token.access_token in way(token):
                leaks.append(name)
        except (TypeError, AttributeError):
            pass  # refused
    same = copy.copy(token) is token and copy.deepcopy([token])[0] is token
    return {"leaks": leaks, "same": same, "frozen": refused_change(token)}


def refused_change(token):
    try:
        token.access_token = "other"
    except AttributeError:
        return True
    return False


def fail_elsewhere():
    raise momo.Error(
        momo.Status.UNAUTHORIZED, "the key is wrong", http_status=500, code="login_failed"
    )


def made():
    """Errors and tokens made without a gateway; an error crosses processes."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        try:
            pool.apply(fail_elsewhere)
        except momo.Error as error:
            pooled = error
    again = pickle.loads(pickle.dumps(pooled))
    # As task queues do it, by the arguments in JSON.
    rebuilt = momo.Error(*json.loads(json.dumps(again.args)))
    token = momo.Token("abc", expires_in=60)
    return {
        "error": [
            rebuilt.name,
            rebuilt.http_status,
            rebuilt.code,
            rebuilt.retry_after_ms,
            str(rebuilt),
        ],
        "traceback": traceback.format_exception_only(type(rebuilt), rebuilt)[-1].strip(),
        "modules": sorted(
            {getattr(momo, name).__module__ for name in ("Client", "Error", "Stats", "Token")}
        ),
        "token": [token.authorization, token.expires_in],
        "status": momo.Status(rebuilt.status).name,
        "version": momo.__version__,
        "origin": momo.TokenOrigin.GATEWAY,
    }


def other_interpreter():
    """Another interpreter of the process imports ctypes, as with two applications of mod_wsgi."""
    if hasattr(ctypes, "_reset_cache"):
        ctypes._reset_cache()
    client = momo.Client()
    try:
        momo.Client(timeout="soon")
    except momo.Error as error:
        return {
            "token": client.get_token().expires_in > 0,
            "stats": client.stats().requests,
            "error": error.name,
        }


programs = {
    "copies": copies,
    "misuse": misuse,
    "secrets": secrets,
    "made": made,
    "other-interpreter": other_interpreter,
}
