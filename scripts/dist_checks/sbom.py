"""The bill of materials of a platform: that it is one, and that it is of the library beside it."""

import hashlib
import json
import os
import re

from language_checks.checks import Failed, succeed

from . import RELEASE, ROOT, VERSION, contents

PYTHON = ROOT / "build/tools/sbom/bin/python3"
VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
sys.exit(str(error) if error else 0)
"""
# What the standard library is made of, and its version stands for.
PARTS_OF_STD = {"addr2line", "gimli", "hashbrown", "memchr", "miniz_oxide", "object", "rustc-demangle"}
# Of each crate that a panic can come from, the folder of its source is named in the library.
SOURCE = re.compile(rb"/crates/([A-Za-z0-9_-]+?)-(\d+\.\d+\.\d+[A-Za-z0-9.+-]*)/")


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


def check(platform, target, libraries):
    """`libraries` are the files of a place, by the names that they have where they were built."""
    path = RELEASE / f"libmomo-{VERSION}-{platform}.cdx.json"
    succeed([PYTHON, "-c", VALIDATE, path], ROOT)
    contents.check_builder(path, path.name)
    bom = json.loads(path.read_text())
    own = bom["metadata"]["component"]
    contents.expect((own["name"], own["version"]), ("libmomo", VERSION), "whose it is")
    components = bom["components"]
    crates = [each for each in components if each.get("purl", "").startswith("pkg:cargo/")]
    contents.expect([each["name"] for each in components if each not in crates], ["std"], "others")
    expected = linked_crates(target) - {f"momo@{VERSION}"}
    contents.expect(names(crates) ^ expected, set(), "named or linked, and not both")
    for each in crates:
        if not (each["licenses"] and each["hashes"][0]["content"]):
            raise Failed(f"without a licence or a checksum: {each}")
    files = {each["name"]: each["hashes"][0]["content"] for each in own["components"]}
    contents.expect(set(files), set(libraries), "files")
    for name, file in libraries.items():
        content = file.read_bytes()
        contents.expect(hashlib.sha256(content).hexdigest(), files[name], f"checksum of {name}")
        found = {b"@".join(each).decode() for each in SOURCE.findall(content)}
        contents.expect(any(each.startswith("ring@") for each in found), True, f"{name} names sources")
        unknown = {each for each in found - names(crates) if each.partition("@")[0] not in PARTS_OF_STD}
        contents.expect(unknown, set(), f"{name} has other crates")


def check_sums():
    """SHA256SUMS has every file that is released."""
    succeed(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], RELEASE)
    listed = {line.split()[1] for line in (RELEASE / "SHA256SUMS").read_text().splitlines()}
    there = {path.name for path in RELEASE.iterdir()} - {"SHA256SUMS"}
    contents.expect(listed ^ there, set(), "listed or there, and not both")
