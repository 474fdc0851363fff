"""What is in a library, as its linker's tables tell."""

import os
import re
from pathlib import Path

from language_checks.checks import Failed, succeed

from . import ROOT

SYMBOLS = set((ROOT / "packaging/abi/symbols").read_text().split())
# Windows' own, all in System32 since Windows 10.
WINDOWS = {"advapi32.dll", "bcrypt.dll", "bcryptprimitives.dll", "crypt32.dll", "kernel32.dll"}
WINDOWS |= {"msvcrt.dll", "ntdll.dll", "ws2_32.dll"}
GLIBC = {"libc.so.6", "libdl.so.2", "libpthread.so.0", "libm.so.6", "libgcc_s.so.1"}
GLIBC |= {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
MUSL = {"libc.so"}
OLDEST_GLIBC = (2, 17)


def expect(found, expected, what):
    if found != expected:
        raise Failed(f"{what}: {found}, expected {expected}")


def check_elf(library, is_musl):
    dynamic = succeed(["readelf", "--dynamic", "--wide", library], ROOT)
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
    expect(needed - (MUSL if is_musl else GLIBC), set(), "needs other libraries")
    expect(re.findall(r"\(SONAME\).*\[(.*)\]", dynamic), ["libmomo.so.0"], "soname")
    expect("NODELETE" in dynamic, True, "stays loaded")
    expect(re.findall(r"\((?:RPATH|RUNPATH)\).*", dynamic), [], "search path")
    versions = succeed(["readelf", "--version-info", "--wide", library], ROOT)
    glibc = {tuple(map(int, each.split("."))) for each in re.findall(r"GLIBC_([0-9.]+)", versions)}
    newer = {version for version in glibc if version > OLDEST_GLIBC}
    expect(newer, set(), "needs a newer glibc")
    table = succeed(["readelf", "--dyn-syms", "--wide", library], ROOT)
    exported = re.findall(r" (?:GLOBAL|WEAK) +(?:DEFAULT|PROTECTED) +\d+ (\w+)", table)
    expect(set(exported), SYMBOLS, "exported symbols")


def check_dll(library):
    table = succeed(["x86_64-w64-mingw32-objdump", "--private-headers", library], ROOT)
    needed = {name.lower() for name in re.findall(r"DLL Name: (\S+)", table)}
    others = {name for name in needed - WINDOWS if not name.startswith("api-ms-win-core-")}
    expect(others, set(), "needs other libraries")
    exported = re.findall(r"^\s+\[ *\d+\] (?:\+base\[ *\d+\] +\w+ )?(momo_\w+|\w+)$", table, re.M)
    expect(set(exported), SYMBOLS, "exported symbols")


def check_builder(file, name):
    """The file does not say where it was built."""
    builder = [str(ROOT), os.environ.get("CARGO_HOME", str(Path.home() / ".cargo")), "/usr/src/rustc"]
    found = [text for text in builder if text.encode() in file.read_bytes()]
    expect(found, [], f"{name} has paths of the builder")


def check_paths(folder):
    for path in folder.rglob("*"):
        if path.is_file():
            check_builder(path, path.relative_to(folder))
