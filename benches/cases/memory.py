"""How much memory a process has that holds so many clients, each with a kept connection.

A program that would have more files open than the system allows a process is left out.
"""

import resource

from harness import programs, timing

OPEN_BESIDE_CLIENTS = 100


def measure(world):
    environment = world.environment()
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - OPEN_BESIDE_CLIENTS
    return {
        program.key: {
            str(count): timing.run([*program.run("clients"), str(count)], environment)["rss_kib"]
            for count in world.counts.clients
            if count * program.open_files <= allowed
        }
        for program in programs.with_mode("clients")
    }
