"""How much memory a process has that holds so many clients, each with a kept connection."""

from harness import programs, timing


def measure(world):
    environment = world.environment()
    return {
        program.key: {
            str(count): timing.run([*program.run("clients"), str(count)], environment)["rss_kib"]
            for count in world.counts.clients
        }
        for program in programs.with_mode("clients")
    }
