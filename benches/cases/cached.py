"""momo_get_token and momo_free_token with a fresh token, on one thread and on many."""

import subprocess
from functools import partial

from harness import OUT, timing


def measure(world):
    environment = world.environment()

    def one_call(threads):
        command = [OUT / "momo", "threads", str(world.counts.calls // threads), str(threads)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
        return {"ns": float(done.stdout)}

    measurements = {str(threads): partial(one_call, threads) for threads in world.counts.threads}
    return timing.alternate(measurements, world.counts.rounds)
