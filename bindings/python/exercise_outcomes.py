"""What calls end with, for exercise.py."""

import threading
from collections import Counter

import momo


class Outcomes:
    """Counts: a token, or the name of a status and the beginning of its message."""

    def __init__(self):
        self.counts, self.tokens, self._lock = Counter(), set(), threading.Lock()

    def of(self, call, *arguments, **keywords):
        try:
            self.token(call(*arguments, **keywords))
        except momo.Error as error:
            self.failure(error)

    def token(self, token):
        self.count("token")
        self.tokens.add(token.access_token)

    def failure(self, error):
        self.count(f"{error.name}: {error.message.partition(':')[0]}")

    def count(self, outcome):
        with self._lock:
            self.counts[outcome] += 1

    def report(self, **more):
        return {"outcomes": self.counts, "distinct": len(self.tokens), **more}
