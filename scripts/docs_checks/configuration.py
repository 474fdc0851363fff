"""Blocks that configure other programs: each is given to the program that reads it."""

import re
import shutil
import subprocess

from . import ROOT, Failed, refuse
from .world import run

PROMTOOL = ROOT / "build/tools/usr/bin/promtool"
POOL = """\
[global]
error_log = {folder}/php-fpm.log
{text}
"""


def ini(world, folder, block):
    """A unit of systemd, or a pool of PHP-FPM."""
    if re.search(r"^\[Service\]$", block.text, re.M):
        return systemd(world, folder, block)
    if re.search(r"^pm = ", block.text, re.M):
        return php_fpm(world, folder, block)
    raise Failed("neither a unit nor a pool")


def systemd(world, folder, block):
    root = world.folder / "systemd" / block.page.replace("/", "-")
    units = root / "etc/systemd/system"
    units.mkdir(parents=True, exist_ok=True)
    unit = units / "shop.service"
    unit.write_text(block.text)
    for program in re.findall(r"^ExecStart=(\S+)", block.text, re.M):
        stand_in = root / program.lstrip("/")
        stand_in.parent.mkdir(parents=True, exist_ok=True)
        stand_in.write_text("#!/bin/sh\n")
        stand_in.chmod(0o755)
    for target in ("sysinit", "basic", "shutdown", "network-online"):
        (units / f"{target}.target").write_text("[Unit]\nDescription=x\n")
    command = ["systemd-analyze", f"--root={root}", "--man=no", "--recursive-errors=no", "verify"]
    said = run([*command, unit], folder, world.environment())
    if said.strip():
        raise Failed(said)
    return said


def php_fpm(world, folder, block):
    file = folder / "php-fpm.conf"
    file.write_text(POOL.format(folder=folder, text=block.text))
    environment = world.environment()
    program = shutil.which("php-fpm8.2", path=environment["PATH"]) or "php-fpm"
    return run([program, "-t", "-y", file], folder, environment)


def yaml(world, folder, block):
    file = folder / "block.yaml"
    file.write_text(block.text)
    if block.text.startswith("groups:"):
        program = shutil.which("promtool") or PROMTOOL
        shutil.copy(ROOT / "tests/data/monitoring_rules.yml", folder)
        run([program, "test", "rules", "monitoring_rules.yml"], folder, world.environment())
        return run([program, "check", "rules", file], folder, world.environment())
    parse = "import sys, yaml; list(yaml.safe_load_all(open(sys.argv[1])))"
    return run(["/usr/bin/python3", "-c", parse, file], folder, world.environment())


def redis(world, folder, block):
    """Commands of Redis, to a server of their own."""
    socket = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", socket, "--save", ""]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as server:
        try:
            client = ["redis-cli", "-s", socket]
            until = f"until {' '.join(map(str, client))} ping >/dev/null 2>&1; do sleep 0.05; done"
            run(["sh", "-c", until], folder, world.environment())
            said = run(client, folder, world.environment(), text=block.text)
        finally:
            server.terminate()
    if set(said.split()) != {"OK"}:
        raise Failed(said)
    return said


# What no program here reads has lines of these forms.
FORMS = {
    "crontab": r"[A-Z_]+=\S+|(?:[\d*/,-]+ ){5}/\S+.*",
    "hcl": r'\w+ \{(?: \w+ = \w+ \})?|  \w+ += "(?:[^"\\]|\\.)*"|\}',
    "tmpfiles": r"d /\S+ 0[0-7]{3} [\w-]+ [\w-]+",
}


def form(world, folder, block):
    right = re.compile(FORMS[block.language])
    wrong = [line for line in block.text.splitlines() if not right.fullmatch(line)]
    refuse("lines of another form:", wrong)
    return ""


KINDS = {"ini": ini, "redis": redis, "yaml": yaml} | dict.fromkeys(FORMS, form)
