"""Processes that share a token: a new one that finds it there, and eight that start at once."""

from functools import partial

from harness import OUT, programs, timing

COPIES = 8
GET = [OUT / "momo", "cached", "1"]


def measure(world):
    return {"one": one_process(world), "eight": eight_processes(world)}


def one_process(world):
    """A new process that takes what an earlier one has left, next to a request of its own."""
    own = world.environment()
    directory = world.environment(MOMO_CACHE=f"file:{world.folder / 'warm'}")
    redis = world.environment(MOMO_CACHE=world.redis().url)
    measurements = {
        "own": partial(timing.run, GET, own),
        # The first run, which is not counted, leaves the token there.
        "directory": partial(timing.run, GET, directory),
        "redis": partial(timing.run, GET, redis),
        "none": partial(timing.run, [OUT / "momo", "cached", "0"], own),
    }
    return timing.alternate(measurements, world.counts.rounds)


def eight_processes(world):
    """None has a token yet. The requests are counted at the gateway."""
    nginx, own = world.nginx(), world.environment()
    redis = world.environment(MOMO_CACHE=world.redis().url)
    directories = (world.folder / f"cold-{number}" for number in range(world.counts.rounds + 1))

    def counted(command, environment):
        _, before = nginx.served()
        took = timing.run(command, environment, COPIES)
        return took | {"requests": nginx.served()[1] - before}

    def with_new_directory():
        return counted(GET, world.environment(MOMO_CACHE=f"file:{next(directories)}"))

    def with_empty_redis():
        world.redis().empty()
        return counted(GET, redis)

    libcurl = next(program for program in programs.PROGRAMS if program.key == programs.LIBCURL)
    measurements = {
        "own": partial(counted, GET, own),
        "directory": with_new_directory,
        "redis": with_empty_redis,
        "libcurl": partial(counted, [*libcurl.run("fresh"), "1"], own),
    }
    return timing.alternate(measurements, world.counts.rounds)
