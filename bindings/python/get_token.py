#!/usr/bin/env python3
"""Prints a token, or on stderr why there is none, as one JSON object."""

import json
import sys

import momo


def main():
    try:
        with momo.Client() as client:
            token = client.get_token()
    except momo.Error as error:
        found = {"status": error.name, "http_status": error.http_status}
        found |= {"code": error.code, "message": error.message}
        print(json.dumps(found, ensure_ascii=False), file=sys.stderr)
        return 1
    names = "access_token token_type authorization expires_in expires_at refresh_in".split()
    print(json.dumps({name: getattr(token, name) for name in names}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
