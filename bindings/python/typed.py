"""What a type checker is to see: mypy --strict typed.py. Each ignored line has an error in it."""

import asyncio
import logging

import momo


def header(client: momo.Client) -> dict[str, str]:
    return {"Authorization": client.get_token(timeout=5).authorization}


async def seconds_left(client: momo.Client) -> int:
    token: momo.Token = await client.get_token_async()
    return token.expires_in


def why(error: momo.Error) -> tuple[str, int]:
    return error.name, error.http_status


def mistakes(client: momo.Client) -> None:
    client.get_token(timeout="5s")  # type: ignore[arg-type]
    client.get_token().token  # type: ignore[attr-defined]
    momo.Client(logger=print)  # type: ignore[arg-type]
    number: str = client.stats().requests  # type: ignore[assignment]
    print(number, client.get_token_async().authorization)  # type: ignore[attr-defined]
    options: list[str] = [option.value for option in client.options()]
    print(options, client.options()[0].secret)  # type: ignore[attr-defined]


if __name__ == "__main__":
    with momo.Client(logger=logging.getLogger("momo"), max_attempts=2) as client:
        print(header(client).keys(), asyncio.run(seconds_left(client)))
