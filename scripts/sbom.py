#!/usr/bin/env python3
"""Writes the bill of materials of what is shipped, in CycloneDX: sbom.py PLATFORM FILE SHIPPED...

It has the parts that scripts/notices.py found in build/dist/PLATFORM, and a checksum of each file
that is shipped: in the folders that are named, and of the packages. The same source gives the same
bytes.
"""

import hashlib
import os
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.contact import OrganizationalContact, OrganizationalEntity
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

import notices


def licenses(text):
    return [LicenseFactory().make_from_string(text)]


def sha256(content):
    return [HashType(alg=HashAlgorithm.SHA_256, content=content)]


def component_of(part):
    kind, name = part.purl or ("generic", part.name)
    version = part.version.removeprefix("zig-") if kind == "pypi" else part.version
    return Component(
        name=part.name,
        version=part.version,
        bom_ref=f"{part.name}@{part.version}",
        supplier=OrganizationalEntity(name=part.supplier),
        licenses=licenses(part.license),
        purl=PackageURL(kind, name=name, version=version),
        cpe=f"cpe:2.3:a:rust-lang:rust:{version}:*:*:*:*:*:*:*" if part.name == "std" else None,
        hashes=sha256(part.checksum) if part.checksum else [],
        external_references=[
            ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(part.url))
        ],
    )


def files(shipped):
    """The files of a folder by their names in it, a package by its own."""
    for each in shipped:
        found = sorted(each.rglob("*")) if each.is_dir() else [each]
        for path in found:
            if path.is_file() and not path.is_symlink():
                name = path.relative_to(each if each.is_dir() else each.parent).as_posix()
                content = sha256(hashlib.sha256(path.read_bytes()).hexdigest())
                yield Component(type=ComponentType.FILE, name=name, bom_ref=name, hashes=content)


def main():
    platform, file, *shipped = sys.argv[1:]
    own, parts = notices.read(notices.ROOT / "build/dist" / platform)
    own.name, own.purl = notices.PROJECT["name"], ("generic", notices.PROJECT["name"])
    found = {part.key: component_of(part) for part in (own, *parts)}
    maker = OrganizationalEntity(name=own.supplier)
    main_component = found[own.key]
    main_component.components = files(path for path in map(Path, shipped) if path.exists())

    bom = Bom(components=[found[part.key] for part in parts])
    bom.metadata.component = main_component
    bom.metadata.supplier = bom.metadata.manufacturer = maker
    bom.metadata.authors = [OrganizationalContact(name=own.supplier)]
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    bom.metadata.timestamp = datetime.fromtimestamp(epoch, timezone.utc)
    for part in (own, *parts):
        bom.register_dependency(found[part.key], [found[key] for key in part.needs])
    # A number of its own for each platform and each build that differs.
    hashes = [each.hashes[0].content for each in main_component.components]
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_OID, " ".join([platform, *hashes]))
    Path(file).write_text(JsonV1Dot6(bom).output_as_string(indent=2) + "\n")


if __name__ == "__main__":
    main()
