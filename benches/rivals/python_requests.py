"""requests: a Session keeps the connection, requests.post makes one for each token."""

import os
import sys

import requests

URL = os.environ["MOMO_BASE_URL"] + "/disbursement/token/"
REQUEST = {
    "auth": (os.environ["MOMO_API_USER"], os.environ["MOMO_API_KEY"]),
    "headers": {"Ocp-Apim-Subscription-Key": os.environ["MOMO_SUBSCRIPTION_KEY"]},
    "verify": os.environ["CA_FILE"],
    "timeout": 30,
}


def token(post):
    response = post(URL, **REQUEST)
    response.raise_for_status()
    return response.json()["access_token"]


def main(mode, count):
    sessions = []
    for _ in range(count):
        if mode == "clients" or mode == "kept" and not sessions:
            sessions.append(requests.Session())
        token(sessions[-1].post if sessions else requests.post)


main(sys.argv[1], int(sys.argv[2]))
