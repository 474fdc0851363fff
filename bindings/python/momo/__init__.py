"""Access tokens for MTN Mobile Money, through libmomo: pip install libmomo, or copy this folder.

    with momo.Client() as client:
        headers = {"Authorization": client.get_token().authorization}

    headers = {"Authorization": (await client.get_token_async()).authorization}

One client serves every thread, every event loop, and every process that forks from this one.
"""

from ._client import Client, clear_cache
from ._values import Error, Stats, Token

__all__ = ["Client", "Error", "Stats", "Token", "clear_cache"]
