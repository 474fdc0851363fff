"""Access tokens for MTN Mobile Money, through libmomo: pip install libmomo, or copy this folder.

    with momo.Client() as client:
        headers = {"Authorization": client.get_token().authorization}

    headers = {"Authorization": (await client.get_token_async()).authorization}

One client serves every thread, every event loop, and every process that forks from this one.
"""

from ._client import Client, clear_cache
from ._native import lib
from ._values import Error, Option, Stats, Status, Token, TokenOrigin

__all__ = ["Client", "Error", "Option", "Stats", "Status", "Token", "TokenOrigin", "clear_cache"]
__version__: str = lib.momo_version().decode()

for _public in (Client, Error, Option, Stats, Status, Token, TokenOrigin, clear_cache):
    _public.__module__ = __name__  # as tracebacks and pickle have it: momo.Error
del _public
