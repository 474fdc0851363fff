"""How often and how long: for figures to be recorded, or only to see that everything works."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    rounds: int
    fresh: int  # tokens with a new connection each, in one run
    kept: int  # tokens on a kept connection, in one run
    few: tuple  # run lengths for valgrind: new connections
    many: tuple  # run lengths for valgrind: requests on a kept connection
    clients: tuple
    threads: tuple
    calls: int  # of momo_get_token by all threads together
    waiting_calls: int
    waiting_scale: float  # of the seconds and lifetimes of cases/waits.py


RECORDED = Counts(
    rounds=25,
    fresh=100,
    kept=1000,
    few=(5, 25),
    many=(50, 150),
    clients=(1, 10, 100, 1000, 10_000),
    threads=(1, 2, 4, 8, 16, 32, 64),
    calls=4_000_000,
    waiting_calls=1_000_000,
    waiting_scale=1,
)
QUICK = Counts(
    rounds=2,
    fresh=5,
    kept=20,
    few=(2, 4),
    many=(5, 15),
    clients=(1, 10, 50),
    threads=(1, 2, 64),
    calls=100_000,
    waiting_calls=20_000,
    waiting_scale=0.2,
)
