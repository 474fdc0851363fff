"""The package for Java: a jar with the libraries of all platforms inside, as a Maven repository has it."""

import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import servers  # beside this folder
from language_checks import VERSION, checks, packages
from language_checks.packages import Installed, copy, row, tree, write_archive

DEBIAN = ["maven", "maven-debian-helper", "python3"]

SOURCE = Path(__file__).parent
JNA = "/usr/share/java/jna.jar"
GROUP, ARTIFACT = packages.PROJECT["group"], "libmomo"
RESOURCES = {
    platform: f"{name}/{'momo.dll' if name == 'win32-x86-64' else 'libmomo.so'}"
    for platform, name in packages.platform_names("java").items()
}
MANIFEST = f"""\
Manifest-Version: 1.0
Automatic-Module-Name: momo
Implementation-Title: libmomo
Implementation-Version: {VERSION}

"""
# What exercise needs to tell of a leak; see its manifest.
SMALL = ["-XX:+UseSerialGC", "-Xms32m", "-Xmx32m"]


def build(out, work):
    folder = out / GROUP.replace(".", "/") / ARTIFACT / VERSION
    folder.mkdir(parents=True)
    sources = sorted((SOURCE / "momo").glob("*.java"))
    head = [("META-INF/MANIFEST.MF", MANIFEST)]
    head += [(f"META-INF/{file}", text) for file, text in packages.documents("java")]
    name = f"{ARTIFACT}-{VERSION}"
    classes, pages = work / "classes", work / "pages"
    strict = ["--release", "17", "-Werror", "-classpath", JNA]
    subprocess.run(["javac", *strict, "-Xlint:all", "-g", "-d", classes, *sources], check=True)
    strict += ["-Xdoclint:all", "-quiet", "-notimestamp"]
    subprocess.run(["javadoc", *strict, "-d", pages, *sources], check=True)
    native = [(RESOURCES[platform], path.read_bytes()) for platform, path in packages.libraries().items()]
    source = [(f"momo/{path.name}", path.read_bytes()) for path in sources]
    write_archive(folder / f"{name}.jar", [*head, *tree(classes), *native])
    write_archive(folder / f"{name}-sources.jar", [*head, *source])
    write_archive(folder / f"{name}-javadoc.jar", [*head, *tree(pages)])
    put("pom.xml", folder / f"{name}.pom")
    put("maven-metadata.xml", folder.parent / "maven-metadata.xml")
    for file in [*folder.iterdir(), folder.parent / "maven-metadata.xml"]:
        checksum = hashlib.sha1(file.read_bytes()).hexdigest()  # what Maven asks for
        file.with_name(file.name + ".sha1").write_text(checksum)


def put(name, path):
    path.write_text(packages.filled((SOURCE / name).read_text()))


def install(out, place):
    shop = place / packages.SHOP
    shutil.copytree(SOURCE / "project", shop)
    packages.replace(shop / "pom.xml", "@PACKAGES@", out.resolve().as_uri())
    (shop / "pom.xml").write_text(packages.filled((shop / "pom.xml").read_text()))
    copy([*SOURCE.glob("*.java"), *(SOURCE / "server").glob("*.java")], shop / "src/main/java")
    maven = ["mvn", "--batch-mode", "--quiet", "--settings", "settings.xml", "package"]
    checks.succeed(maven, shop, os.environ | {"LC_ALL": "C.UTF-8"})
    jar, repository = shop / "target/shop-1.jar", shop / "repository"
    [momo] = repository.glob(f"{GROUP.replace('.', '/')}/libmomo/*/libmomo-*.jar")
    [jna] = repository.glob("net/java/dev/jna/jna/*/jna-*.jar")
    java = ["java", *SMALL, "-classpath", f"{jar}:{momo}:{jna}"]
    server = servers.rows("HttpServer", [*java, "Server"], exit_code=143)
    programs = {"get_token": [*java, "GetToken"], "exercise": [*java, "Exercise"]}
    return [Installed("glibc", shop, **programs, rows=[*server, *loading(shop, jar, momo, jna, java)])]


def loading(shop, jar, momo, jna, java):
    """Rows: where the library is found, and what is said if it is not."""
    whole, without = shop / "whole.jar", shop / "without.jar"
    merge(whole, jar, jna, momo)
    merge(without, jar, jna, momo, leave_out="linux-x86-64/")
    modules = ["java", "--module-path", f"{momo}:{jna}", "--add-modules", "momo", "-classpath", str(jar)]
    library = packages.platform_folder("x86_64-linux-gnu") / "lib/libmomo.so.0"

    def loads(name, expected, words, command=java, requests=1, **variables):
        made = row(name, [*command, "Loading", *words], expected, **variables)
        return made | {"requests": requests}

    def failure(name, pattern, command=java, **variables):
        return loads(name, {"message": {"match": pattern}}, ["mapped", ""], command, 0, **variables)

    unpacked = ["mapped", "JNA/temp"]
    return [
        loads("two class loaders", {"gets": 3, "tokens": 2}, ["two", momo, jna], requests=2),
        loads("jar in a jar", {"token": True}, ["nested", momo, jna]),
        loads("one jar of all", {"mapped": True}, unpacked, ["java", "-cp", whole]),
        loads("module", {"mapped": True, "module": "momo"}, unpacked, modules),
        loads("LIBMOMO_PATH", {"mapped": True}, ["mapped", library.resolve()], LIBMOMO_PATH=str(library)),
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
    write_archive(path, entries.items())
