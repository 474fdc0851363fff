"""The package for Java: a jar with the libraries of all platforms inside, as a Maven repository has it."""

import hashlib
import subprocess
import tempfile
from pathlib import Path

from . import ROOT, VERSION, archives, documents, java_checks, libraries, readme

TITLE = "Java"
DEBIAN = ["openjdk-17-jdk-headless", "libjna-java", "maven", "maven-debian-helper", "python3"]

SOURCE = ROOT / "bindings/java"
GROUP, ARTIFACT = "com.example", "libmomo"
# JNA's names, and those that LibraryLocator.java has for musl.
RESOURCES = {
    "x86_64-linux-gnu": "linux-x86-64/libmomo.so",
    "aarch64-linux-gnu": "linux-aarch64/libmomo.so",
    "x86_64-linux-musl": "linux-musl-x86-64/libmomo.so",
    "aarch64-linux-musl": "linux-musl-aarch64/libmomo.so",
    "x86_64-windows": "win32-x86-64/momo.dll",
}
MANIFEST = f"""\
Manifest-Version: 1.0
Automatic-Module-Name: momo
Implementation-Title: libmomo
Implementation-Version: {VERSION}

"""


def build(out):
    folder = out / GROUP.replace(".", "/") / ARTIFACT / VERSION
    folder.mkdir(parents=True)
    sources = sorted((SOURCE / "momo").glob("*.java"))
    head = [("META-INF/MANIFEST.MF", MANIFEST)]
    head += [(f"META-INF/{path.name}", path.read_bytes()) for path in documents()]
    head += [("META-INF/README.md", readme("java").replace("@VERSION@", VERSION))]
    with tempfile.TemporaryDirectory() as temporary:
        classes, pages = Path(temporary, "classes"), Path(temporary, "pages")
        jna = ["-classpath", java_checks.JNA]
        strict = ["--release", "17", "-Xlint:all", "-Werror", "-g"]
        subprocess.run(["javac", *strict, *jna, "-d", classes, *sources], check=True)
        strict = ["-quiet", "-notimestamp", "--release", "17", "-Xdoclint:all", "-Werror"]
        subprocess.run(["javadoc", *strict, *jna, "-d", pages, *sources], check=True)
        native = [(RESOURCES[name], path.read_bytes()) for name, path in libraries().items()]
        name = f"{ARTIFACT}-{VERSION}"
        archives.write(folder / f"{name}.jar", [*head, *archives.tree(classes), *native])
        source = [(f"momo/{path.name}", path.read_bytes()) for path in sources]
        archives.write(folder / f"{name}-sources.jar", [*head, *source])
        archives.write(folder / f"{name}-javadoc.jar", [*head, *archives.tree(pages)])
    pom = (ROOT / "packaging/java/pom.xml").read_text()
    (folder / f"{name}.pom").write_text(pom.replace("@VERSION@", VERSION))
    metadata = (ROOT / "packaging/java/maven-metadata.xml").read_text()
    (folder.parent / "maven-metadata.xml").write_text(metadata.replace("@VERSION@", VERSION))
    for file in [*folder.iterdir(), folder.parent / "maven-metadata.xml"]:
        checksum = hashlib.sha1(file.read_bytes()).hexdigest()  # what Maven asks for
        file.with_name(file.name + ".sha1").write_text(checksum)


def install(out, place):
    return [java_checks.with_maven(out, place)]
