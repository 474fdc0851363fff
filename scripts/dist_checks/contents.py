"""What is in a library, by its linker's tables and by its bill of materials."""

import hashlib
import json
import os
import re
from pathlib import Path

from language_checks.checks import Failed, succeed

from . import PLATFORMS, RELEASE, ROOT, VERSION

SYMBOLS = set((ROOT / "packaging/abi/symbols").read_text().split())
# Windows' own, all in System32 since Windows 10.
WINDOWS = {"advapi32.dll", "bcrypt.dll", "bcryptprimitives.dll", "crypt32.dll", "kernel32.dll"}
WINDOWS |= {"msvcrt.dll", "ntdll.dll", "ws2_32.dll"}
GLIBC = {"libc.so.6", "libdl.so.2", "libpthread.so.0", "libm.so.6", "libgcc_s.so.1"}
GLIBC |= {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
MUSL = {"libc.so"}
OLDEST_GLIBC = (2, 17)
PYTHON = ROOT / "build/tools/sbom/bin/python3"
VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
sys.exit(str(error) if error else 0)
"""
# What the standard library is made of, and its version stands for.
PARTS_OF_STD = {"addr2line", "gimli", "hashbrown", "memchr", "miniz_oxide", "object"}
PARTS_OF_STD |= {"rustc-demangle"}
# Of each crate that a panic can come from, the folder of its source is named in the library.
SOURCE = re.compile(rb"/crates/([A-Za-z0-9_-]+?)-(\d+\.\d+\.\d+[A-Za-z0-9.+-]*)/")


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
    cargo = os.environ.get("CARGO_HOME", str(Path.home() / ".cargo"))
    builder = [str(ROOT), cargo, "/usr/src/rustc"]
    found = [text for text in builder if text.encode() in file.read_bytes()]
    expect(found, [], f"{name} has paths of the builder")


def check_paths(folder):
    for path in folder.rglob("*"):
        if path.is_file():
            check_builder(path, path.relative_to(folder))


def linked_crates(target):
    """The crates that Cargo compiles into the library for a target, and nothing else of its plan."""
    plan = ["build", "--release", "--lib", "--locked", "--target", target]
    plan += ["--unit-graph", "-Zunstable-options"]
    units = json.loads(succeed(["cargo", *plan], ROOT, os.environ | {"RUSTC_BOOTSTRAP": "1"}))
    found, left = set(), list(units["roots"])
    while left:
        unit = units["units"][left.pop()]
        # path+file:///…#momo@0.1.0, registry+https://…#ring@0.17.14
        crate = unit["pkg_id"].rpartition("#")[2]
        of_the_build = {"proc-macro", "custom-build"} & set(unit["target"]["kind"])
        if not of_the_build and crate not in found:
            found.add(crate)
            left += [each["index"] for each in unit["dependencies"]]
    return found


def names(components):
    return {f"{each['name']}@{each['version']}" for each in components}


def check_sbom(platform, libraries):
    """`libraries` are the files of a place, by the names that they have where they were built."""
    path = RELEASE / f"libmomo-{VERSION}-{platform}.cdx.json"
    succeed([PYTHON, "-c", VALIDATE, path], ROOT)
    check_builder(path, path.name)
    bom = json.loads(path.read_text())
    own = bom["metadata"]["component"]
    expect((own["name"], own["version"]), ("libmomo", VERSION), "whose it is")
    components = bom["components"]
    crates = [each for each in components if each.get("purl", "").startswith("pkg:cargo/")]
    expect([each["name"] for each in components if each not in crates], ["std"], "others")
    expected = linked_crates(PLATFORMS[platform][0]) - {f"momo@{VERSION}"}
    expect(names(crates) ^ expected, set(), "named or linked, and not both")
    for each in crates:
        if not (each["licenses"] and each["hashes"][0]["content"]):
            raise Failed(f"without a licence or a checksum: {each}")
    files = {each["name"]: each["hashes"][0]["content"] for each in own["components"]}
    expect(set(files), set(libraries), "files")
    for name, file in libraries.items():
        content = file.read_bytes()
        expect(hashlib.sha256(content).hexdigest(), files[name], f"checksum of {name}")
        found = {b"@".join(each).decode() for each in SOURCE.findall(content)}
        expect(any(each.startswith("ring@") for each in found), True, f"{name} names sources")
        unknown = {each.partition("@")[0] for each in found - names(crates)} - PARTS_OF_STD
        expect(unknown, set(), f"{name} has other crates")


def check_sums():
    """SHA256SUMS has every file that is released."""
    succeed(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], RELEASE)
    listed = {line.split()[1] for line in (RELEASE / "SHA256SUMS").read_text().splitlines()}
    there = {path.name for path in RELEASE.iterdir()} - {"SHA256SUMS"}
    expect(listed ^ there, set(), "listed or there, and not both")
