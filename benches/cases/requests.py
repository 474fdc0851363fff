"""One token: in a new process, on a new connection, on a kept one."""

from functools import partial

from harness import checks, programs, timing


def measure(world):
    checks.check(world)
    return {
        "process_system": new_process(world, system=True),
        "process_one_ca": new_process(world, system=False),
        "connection_rsa": per_token(world, "fresh", world.counts.fresh, "rsa"),
        "connection_p384": per_token(world, "fresh", world.counts.fresh, "p384"),
        "kept": per_token(world, "kept", world.counts.kept, "rsa"),
    }


def new_process(world, system):
    environment = world.environment(system=system)
    measurements = {
        program.key: partial(timing.run, [*program.run("fresh"), "1"], environment)
        for program in programs.PROGRAMS
    }
    return timing.alternate(measurements, world.counts.rounds)


def per_token(world, mode, count, chain):
    environment = world.environment(chain)
    measurements = {
        program.key: partial(timing.per_token, program.run(mode), environment, count)
        for program in programs.with_mode(mode)
    }
    return timing.alternate(measurements, world.counts.rounds)
