"""Blocks that configure other programs: each is given to the program that reads it."""

import os
import re
import shutil
import stat
import subprocess

from . import ROOT, Failed
from .world import run

HCL_PYTHON = ROOT / "build/tools/docs/bin/python"
PROMTOOL = ROOT / "build/tools/usr/bin/promtool"
POOL = """\
[global]
error_log = {folder}/php-fpm.log
{text}
"""
SERVER = """\
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{}}
http {{
access_log off;
{temporary}
{text}
}}
"""


def ini(world, folder, block):
    """A unit of systemd, or a pool of PHP-FPM."""
    unit = re.search(r"^\[(Service|Timer|Socket)\]$", block.text, re.M)
    if unit:
        return systemd(world, folder, block, unit[1].lower())
    if re.search(r"^pm = ", block.text, re.M):
        return php_fpm(world, folder, block)
    raise Failed("neither a unit nor a pool")


def systemd(world, folder, block, kind):
    root = world.folder / "systemd" / block.page.replace("/", "-")
    units = root / "etc/systemd/system"
    units.mkdir(parents=True, exist_ok=True)
    # A timer starts the service of its name.
    unit = units / f"shop.{kind}"
    unit.write_text(block.text)
    for program in re.findall(r"^ExecStart=(\S+)", block.text, re.M):
        stand_in = root / program.lstrip("/")
        stand_in.parent.mkdir(parents=True, exist_ok=True)
        stand_in.write_text("#!/bin/sh\n")
        stand_in.chmod(0o755)
    for target in ("sysinit", "basic", "shutdown", "timers", "network-online"):
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


def nginx(world, folder, block):
    kinds = "client_body", "proxy", "fastcgi", "uwsgi", "scgi"
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    file = folder / "nginx.conf"
    file.write_text(SERVER.format(folder=folder, temporary=temporary, text=block.text))
    return run(["nginx", "-t", "-q", "-c", file], folder, world.environment())


def yaml(world, folder, block):
    file = folder / "block.yaml"
    file.write_text(block.text)
    if re.match(r"groups:", block.text):
        program = shutil.which("promtool") or PROMTOOL
        return run([program, "check", "rules", file], folder, world.environment())
    if re.search(r"^apiVersion:", block.text, re.M):
        check = ROOT / "scripts/docs_checks/kubernetes_manifest.py"
        return run(["/usr/bin/python3", check, file], folder, world.environment())
    raise Failed("neither rules of Prometheus nor an object of Kubernetes")


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


def hcl(world, folder, block):
    """Templates of a Vault agent."""
    check = ROOT / "scripts/docs_checks/vault.py"
    (folder / "agent.hcl").write_text(block.text)
    environment = world.environment() | {"GOCACHE": str(ROOT / "build/languages/go/cache")}
    return run([HCL_PYTHON, check, "agent.hcl"], folder, environment)


def tmpfiles(world, folder, block):
    """What systemd-tmpfiles makes of it, below another root and for the user who runs this."""
    user, group = os.getuid(), os.getgid()
    (folder / "etc").mkdir()
    (folder / "etc/passwd").write_text(f"www-data:x:{user}:{group}::/:/bin/false\n")
    (folder / "etc/group").write_text(f"www-data:x:{group}:\n")
    (folder / "run").mkdir()
    (folder / "shop.conf").write_text(block.text)
    command = ["systemd-tmpfiles", f"--root={folder}", "--create", folder / "shop.conf"]
    run(command, folder, world.environment())
    kind, path, mode = block.text.split()[:3]
    made = folder / path.lstrip("/")
    if kind != "d" or stat.S_IMODE(made.stat().st_mode) != int(mode, 8):
        raise Failed(f"{path} is not there")
    return ""


def crontab(world, folder, block):
    """Variables and jobs; a job's program has to be a path, since cron has a PATH of its own."""
    for line in block.text.splitlines():
        if re.match(r"[A-Z_]+=", line):
            continue
        *times, command = line.split(None, 5)
        if len(times) != 5:
            raise Failed(f"no time of cron: {line}")
        valid = "import sys, croniter; sys.exit(not croniter.croniter.is_valid(sys.argv[1]))"
        run(["/usr/bin/python3", "-c", valid, " ".join(times)], folder, world.environment())
        if not command.startswith("/"):
            raise Failed(f"no path: {command}")
        run(["sh", "-n", "-c", command], folder, world.environment())
    return ""


KINDS = {
    "crontab": crontab,
    "hcl": hcl,
    "ini": ini,
    "nginx": nginx,
    "redis": redis,
    "tmpfiles": tmpfiles,
    "yaml": yaml,
}
