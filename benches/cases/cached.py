"""momo_get_token and momo_free_token with a fresh token, and what is needed for it by hand, on one
thread and on many."""

import subprocess
from functools import partial

from harness import OUT, timing


def measure(world):
    environment = world.environment()

    def nanoseconds(mode, threads):
        command = [OUT / "momo", mode, str(world.counts.calls // threads), str(threads)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
        return float(done.stdout)

    def one_call(threads):
        return {
            "ns": nanoseconds("threads", threads),
            "by_hand_ns": nanoseconds("copies", threads),
        }

    measurements = {str(threads): partial(one_call, threads) for threads in world.counts.threads}
    return timing.alternate(measurements, world.counts.rounds)
