"""The scenarios of values: clients, tokens and errors as Python copies, prints and sends them."""

import copy
import ctypes
import dataclasses
import json
import pickle
import pprint
import traceback

import momo

def misuse():
    """Mistakes that are not refused with a message that has this in it, and values made without a
    gateway."""
    client = momo.Client()
    mistakes = [
        ("api_key", lambda: momo.Client(api_key=None)),
        ("api_key", lambda: momo.Client(api_key=True)),
        ("api_key", lambda: momo.Client(api_key=b"key")),
        ("NUL", lambda: momo.Client(api_key="a\0b")),
        ("timeout", lambda: client.get_token(timeout=-1)),
        ("timeout", lambda: client.get_token(timeout=float("nan"))),
        ("seconds", lambda: client.get_token(timeout="5s")),
        ("Token", lambda: client.invalidate_token(None)),
        ("clone()", lambda: copy.deepcopy(client)),
        ("another process makes its own", lambda: pickle.dumps(client)),
    ]
    accepted = []
    for message, call in mistakes:
        try:
            accepted.append(str(call()))
        except (TypeError, ValueError) as error:
            if message not in str(error):
                accepted.append(str(error))
    copy.copy(client).close()
    client.get_token()  # what was closed is the copy, a clone
    made = momo.Token("abc", expires_in=60)
    error = momo.Error(
        momo.Status.UNAUTHORIZED, "the key is wrong", http_status=500, code="login_failed"
    )
    # As pools and task queues send it: pickled, or by its arguments in JSON.
    error = momo.Error(*json.loads(json.dumps(pickle.loads(pickle.dumps(error)).args)))
    error_parts = [error.name, error.http_status, error.code, error.retry_after_ms, str(error)]
    return {
        "accepted": accepted,
        "made": [made.authorization, made.expires_in],
        "error": error_parts,
        "traceback": traceback.format_exception_only(type(error), error)[-1].strip(),
        "modules": sorted({each.__module__ for each in (momo.Client, momo.Error, momo.Token)}),
        "version": momo.__version__,
    }


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
    if copy.copy(token) is not token or copy.deepcopy([token])[0] is not token:
        leaks.append("copy")
    try:
        token.access_token = "other"
        leaks.append("a change")
    except AttributeError:
        return {"leaks": leaks}


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
