#!/usr/bin/env python3
"""Writes the bill of materials of a library, in CycloneDX: sbom.py PLATFORM FOLDER FILE

It names the library's files in FOLDER, and every crate whose code is in them. What only runs while
the library is compiled (build scripts, macros) is left out. Cargo and rustc are those that compiled:
CARGO, RUSTC and LIBMOMO_TARGET, as for scripts/build.sh. The same source gives the same bytes.
"""

import hashlib
import os
import re
import subprocess
import sys
import tomllib
import uuid
from datetime import datetime, timezone
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]
FILES = ["lib/libmomo.so.*", "lib/libmomo.*.dylib", "lib/libmomo.a", "bin/momo.dll"]
LICENSE = "MIT OR Apache-2.0"


def said(*command):
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def licenses(text):
    return [LicenseFactory().make_from_string(text)]


def sha256(content):
    return [HashType(alg=HashAlgorithm.SHA_256, content=content)]


def crates(target):
    """Pairs of a depth in the tree and (name, version, licence, repository); the first is our own."""
    tree = ["tree", "--locked", "--target", target, "--edges", "normal,no-proc-macro"]
    form = ["--prefix", "depth", "--format", "\t{p}\t{l}\t{r}\t"]
    for line in said(os.environ.get("CARGO", "cargo"), *tree, *form).splitlines():
        depth, package, license_text, repository, _ = line.split("\t")
        name, version = package.split()[:2]
        yield int(depth), (name, version.removeprefix("v"), license_text, repository)


def checksums():
    packages = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    return {(each["name"], each["version"]): each.get("checksum") for each in packages}


def component_of(crate, checksum):
    name, version, license_text, repository = crate
    vcs = ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(repository))
    return Component(
        name=name,
        version=version,
        bom_ref=f"{name}@{version}",
        licenses=licenses(license_text),
        purl=PackageURL("cargo", name=name, version=version),
        hashes=sha256(checksum),
        external_references=[vcs] if repository else [],
    )


def standard_library():
    version = re.search(r"^release: (.*)$", said(os.environ.get("RUSTC", "rustc"), "-vV"), re.M)[1]
    return Component(
        name="std",
        description="The standard library that comes with the compiler",
        version=version,
        bom_ref=f"std@{version}",
        licenses=licenses(LICENSE),
        cpe=f"cpe:2.3:a:rust-lang:rust:{version}:*:*:*:*:*:*:*",
    )


def library(folder, version):
    """Our own library, with the files that it is."""
    paths = sorted(path for glob in FILES for path in folder.glob(glob) if not path.is_symlink())
    files = [
        Component(
            type=ComponentType.FILE,
            name=path.relative_to(folder).as_posix(),
            bom_ref=path.name,
            hashes=sha256(hashlib.sha256(path.read_bytes()).hexdigest()),
        )
        for path in paths
    ]
    return Component(
        name="libmomo",
        version=version,
        bom_ref=f"libmomo@{version}",
        licenses=licenses(LICENSE),
        purl=PackageURL("generic", name="libmomo", version=version),
        components=files,
    )


def main():
    platform, folder, file = sys.argv[1:]
    sums = checksums()
    tree = list(crates(os.environ["LIBMOMO_TARGET"]))
    main_component = library(Path(folder), tree[0][1][1])
    std = standard_library()
    found = {tree[0][1]: main_component}
    edges, path = {main_component: {std}}, []
    for depth, crate in tree:
        if crate not in found:
            found[crate] = component_of(crate, sums[crate[:2]])
        del path[depth:]
        if path:
            edges.setdefault(path[-1], set()).add(found[crate])
        path.append(found[crate])

    bom = Bom(components=[std, *(each for each in found.values() if each is not main_component)])
    bom.metadata.component = main_component
    bom.metadata.timestamp = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), timezone.utc)
    for each, needed in edges.items():
        bom.register_dependency(each, needed)
    # A number of its own for each platform and each build that differs.
    hashes = [each.hashes[0].content for each in main_component.components]
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_OID, " ".join([platform, *hashes]))
    Path(file).write_text(JsonV1Dot6(bom).output_as_string(indent=2) + "\n")


if __name__ == "__main__":
    main()
