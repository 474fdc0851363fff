"""That what is compared is the same: whom programs trust, and how often they connect."""

import subprocess

from . import programs, timing

TOKENS = 5
# Node's pool opens a second connection where a request comes while the first is on its way back.
CONNECTIONS = {"fresh": (TOKENS,), "kept": (1, 2), "clients": (TOKENS,)}


def check(world):
    check_verification(world)
    for mode in CONNECTIONS:
        check_connections(world, mode)


def check_verification(world):
    """No program takes a server whose authority it was not told to trust, or under another name."""
    nginx = world.nginx("rsa")
    untrusted = world.environment("p384") | {"MOMO_BASE_URL": nginx.base_url}
    unnamed = world.environment() | {
        "MOMO_BASE_URL": nginx.base_url.replace("localhost", "127.0.0.1")
    }
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for program in programs.PROGRAMS:
        for environment in untrusted, unnamed:
            command = [*program.run("fresh"), "1"]
            if subprocess.run(command, env=environment, **silent).returncode == 0:
                raise RuntimeError(f"{program.title} does not verify the certificate")


def check_connections(world, mode):
    """Every program makes as many connections and requests as its mode says."""
    nginx, environment = world.nginx(), world.environment()
    for program in programs.with_mode(mode):
        before = nginx.served()
        timing.run([*program.run(mode), str(TOKENS)], environment)
        connections, requests = (after - then for after, then in zip(nginx.served(), before))
        if connections not in CONNECTIONS[mode] or requests != TOKENS:
            counted = f"{connections} connections, {requests} requests"
            raise RuntimeError(f"{program.title}, {mode}: {counted}")
