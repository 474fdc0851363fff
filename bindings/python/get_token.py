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
        print(
            json.dumps(
                {
                    "status": error.name,
                    "http_status": error.http_status,
                    "code": error.code,
                    "message": error.message,
                },
                ensure_ascii=False,
            ),
            file=sys.stderr,
        )
        return 1
    print(
        json.dumps(
            {
                "access_token": token.access_token,
                "token_type": token.token_type,
                "authorization": token.authorization,
                "expires_in": token.expires_in,
                "expires_at": token.expires_at,
                "refresh_in": token.refresh_in,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
