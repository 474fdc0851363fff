"""A project that has the package for Java from a Maven repository, and what else is done with its jar."""

import os
import shutil
import zipfile

from language_checks import checks

from . import ROOT, VERSION, archives, platform_folder, servers
from .installed import Installed, copy

JNA = "/usr/share/java/jna.jar"
SOURCE = ROOT / "bindings/java"
PROJECT = ROOT / "scripts/packages/java_project"
# What exercise needs to tell of a leak; see its manifest.
SMALL = ["-XX:+UseSerialGC", "-Xms32m", "-Xmx32m"]


def with_maven(out, place):
    # A folder as users have them, too.
    shop = place / "a caf\u00e9's shop"
    shutil.copytree(PROJECT, shop)
    pom = (shop / "pom.xml").read_text()
    pom = pom.replace("@REPOSITORY@", out.resolve().as_uri()).replace("@VERSION@", VERSION)
    (shop / "pom.xml").write_text(pom)
    copy([*SOURCE.glob("*.java"), *(SOURCE / "server").glob("*.java")], shop / "src/main/java")
    maven = ["mvn", "--batch-mode", "--quiet", "--settings", "settings.xml", "package"]
    code, text, err = checks.run(maven, shop, os.environ | {"LC_ALL": "C.UTF-8"}, checks.SLOW_SECONDS)
    if code != 0:
        raise checks.Failed(f"{' '.join(maven)}: exit code {code}\n{text}{err}")
    jar = shop / "target/shop.jar"
    # The jar names the others, where Maven has put them.
    java = ["java", *SMALL, "-classpath", str(jar)]
    return Installed(
        name="glibc",
        folder=shop,
        get_token=[*java, "GetToken"],
        exercise=[*java, "Exercise"],
        rows=[*servers.rows("HttpServer", [*java, "Server"], exit_code=143), *loading(shop, jar, java)],
    )


def loading(shop, jar, java):
    """Rows: where the library is found, and what is said where it is not."""
    repository = shop / "repository"
    [momo] = repository.glob("com/example/libmomo/*/libmomo-*.jar")
    [jna] = repository.glob("net/java/dev/jna/jna/*/jna-*.jar")
    without = merge(shop / "without.jar", jar, jna, momo, leave_out="linux-x86-64/")
    whole = merge(shop / "whole.jar", jar, jna, momo)
    modules = ["java", "--module-path", f"{momo}:{jna}", "--add-modules", "momo", "-classpath", str(jar)]
    library = platform_folder("x86_64-linux-gnu") / "lib/libmomo.so.0"

    def row(name, expected, words, command=java, requests=1, **variables):
        return {
            "name": name,
            "command": [*command, "Loading", *words],
            "env": variables,
            "expect": expected,
            "requests": requests,
        }

    def failure(name, pattern, command=java, **variables):
        return row(name, {"message": {"match": pattern}}, ["failure"], command, 0, **variables)

    return [
        row("two class loaders", {"gets": 3, "tokens": 2}, ["two", str(momo), str(jna)], requests=2),
        row("jar in a jar", {"token": True}, ["nested", str(momo), str(jna)]),
        row("one jar of all", {"mapped": True}, ["mapped", "JNA/temp"], ["java", "-cp", whole]),
        row("module", {"module": "momo", "token": True}, ["module"], modules),
        row("LIBMOMO_PATH", {"mapped": True}, ["mapped", str(library.resolve())], LIBMOMO_PATH=str(library)),
        failure("LIBMOMO_PATH wrong", "^LIBMOMO_PATH names /nowhere", LIBMOMO_PATH="/nowhere"),
        failure("other platform", "no libmomo for linux-x86-64.*LIBMOMO_PATH", ["java", "-cp", without]),
        failure("no folder", "jna.tmpdir names a folder", [java[0], "-Djna.tmpdir=/proc/none", *java[1:]]),
    ]


def merge(path, *jars, leave_out="//"):
    """One jar of several, as the shade plugin makes them; the first one's manifest stays."""
    entries = {}
    for jar in jars:
        with zipfile.ZipFile(jar) as archive:
            for name in archive.namelist():
                if not name.endswith("/") and not name.startswith(leave_out):
                    entries.setdefault(name, archive.read(name))
    entries["META-INF/MANIFEST.MF"] = b"Manifest-Version: 1.0\n"
    archives.write(path, entries.items())
    return str(path)
