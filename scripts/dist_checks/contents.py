"""What is in a release, by its linker's tables, notices, symbols and bill of materials."""

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path

from language_checks.checks import Failed, run, succeed

from . import PLATFORMS, RELEASE, ROOT, VERSION

SYMBOLS = set(succeed(["scripts/symbols.sh"], ROOT).split())
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
# What is linked and is no crate; of Rust's standard library at least these crates are.
OTHERS = {"x86_64-windows": {"libgcc", "mingw-w64", "std"}}
OF_STD = {"addr2line", "gimli", "hashbrown", "memchr", "miniz_oxide", "object", "rustc-demangle"}
# Of an archive's pages: a link within it.
LINK = re.compile(r"\[[^]]*\]\((?!https?:|#)([^)#]*)")


def expect(found, expected, what):
    if found != expected:
        raise Failed(f"{what}: {found}, expected {expected}")


def check_elf(library, is_musl):
    dynamic = succeed(["readelf", "--dynamic", "--wide", library], ROOT)
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
    expect(needed - (MUSL if is_musl else GLIBC), set(), "needs other libraries")
    expect(re.findall(r"\(SONAME\).*\[(.*)\]", dynamic), ["libmomo.so.0"], "soname")
    expect("NODELETE" in dynamic, True, "stays loaded")
    expect(re.findall(r"\((?:RPATH|RUNPATH|TEXTREL)\).*", dynamic), [], "search path or TEXTREL")
    versions = succeed(["readelf", "--version-info", "--wide", library], ROOT)
    glibc = {tuple(map(int, each.split("."))) for each in re.findall(r"GLIBC_([0-9.]+)", versions)}
    newer = {version for version in glibc if version > OLDEST_GLIBC}
    expect(newer, set(), "needs a newer glibc")
    table = succeed(["readelf", "--dyn-syms", "--wide", library], ROOT)
    for what, protection in ((dynamic, "BIND_NOW"), (table, "__stack_chk_fail")):
        expect(protection in what, True, protection)
    exported = re.findall(r" (?:GLOBAL|WEAK) +(?:DEFAULT|PROTECTED) +\d+ (\w+)", table)
    expect(set(exported), SYMBOLS, "exported symbols")


def check_dll(library):
    table = succeed(["x86_64-w64-mingw32-objdump", "--private-headers", library], ROOT)
    needed = {name.lower() for name in re.findall(r"DLL Name: (\S+)", table)}
    others = {name for name in needed - WINDOWS if not name.startswith("api-ms-win-core-")}
    expect(others, set(), "needs other libraries")
    # Windows 10; addresses that an attacker cannot know, and no code in data.
    for field in ("MajorOSystemVersion", "MajorSubsystemVersion"):
        expect(re.findall(rf"^{field}\s+(\d+)$", table, re.M), ["10"], field)
    for name in ("DYNAMIC_BASE", "NX_COMPAT", "HIGH_ENTROPY_VA"):
        expect(name in table, True, name)
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


def crates_of(target):
    """The crates in Cargo's tree for a target, which is not what the notices are made from."""
    tree = ["tree", "--locked", "--target", target, "--edges", "normal,no-proc-macro"]
    lines = succeed(["cargo", *tree, "--prefix", "none", "--format", "{p}"], ROOT).splitlines()
    found = {" ".join(line.split()[:2]).replace(" v", " ") for line in lines}
    return found - {f"momo {VERSION}"}


def check_parts(platform, found):
    """These are the crates and more, whose names and versions they are: of std, and of C."""
    expect(crates_of(PLATFORMS[platform][0]) - found, set(), "linked and not named")
    names = {each.rpartition(" ")[0] for each in found}
    expect(OF_STD - names, set(), "crates of the standard library that are not named")
    expect(OTHERS.get(platform, {"libunwind", "std"}) - names, set(), "others that are not named")


def check_notices(platform, file):
    """Each part is named, and has a text."""
    head, *pages = re.split(r"^={80}\n", file.read_text(), flags=re.M)
    named = set(re.findall(r"^  (\S+ \S+): .+; https?://", head, re.M))
    check_parts(platform, named)
    parts = [page.partition("\n\n")[0].replace("\n", " ").split(", ") for page in pages]
    whole = {each for keys, page in zip(parts, pages) for each in keys if len(page) > 500}
    expect(named ^ whole, set(), "without a name or a text")


def check_links(folder):
    """Pages name no page that is not there."""
    dead = [
        f"{page.name}: {link}"
        for page in folder.glob("*.md")
        for link in LINK.findall(page.read_text())
        if not (folder / link).exists()
    ]
    expect(dead, [], "dead links")


def check_symbols(library, symbols):
    """The library's build ID leads to its symbols, which know lines of the source."""
    notes = succeed(["readelf", "--notes", library], ROOT)
    (build_id,) = re.findall(r"Build ID: ([0-9a-f]{40})$", notes, re.M)
    debug = symbols / f".build-id/{build_id[:2]}/{build_id[2:]}.debug"
    check_builder(debug, debug.name)
    notes = succeed(["readelf", "--notes", debug], ROOT)
    expect(f"Build ID: {build_id}" in notes, True, "build ID")
    table = succeed(["readelf", "--dyn-syms", "--wide", library], ROOT)
    address = re.search(r"([0-9a-f]{16}) .* momo_get_token(?:@|$)", table, re.M)[1]
    line = succeed(["addr2line", "--exe", debug, address], ROOT)
    expect(re.match(r"/libmomo/src/ffi/\w+\.rs:\d+", line) is not None, True, f"line: {line}")


def check_sbom(platform, folder, packages=()):
    """It has each part, with all that NTIA demands as a minimum, and each file that is shipped."""
    path = RELEASE / f"libmomo-{VERSION}-{platform}.cdx.json"
    succeed([PYTHON, "-c", VALIDATE, path], ROOT)
    check_builder(path, path.name)
    bom = json.loads(path.read_text())
    metadata, own, components = bom["metadata"], bom["metadata"]["component"], bom["components"]
    expect((own["name"], own["version"]), ("libmomo", VERSION), "whose it is")
    expect(bool(metadata["authors"] and metadata["timestamp"]), True, "who made it, and when")
    check_parts(platform, {f"{each['name']} {each['version']}" for each in components})
    for each in [own, *components]:
        if not (each["supplier"]["name"] and each["purl"] and each["licenses"]):
            raise Failed(f"without a supplier, an identifier or a licence: {each}")
    bare = [each["name"] for each in components if not each.get("hashes")]
    # Our own program has one as a file.
    known = {"momo-mock-gateway"} | OTHERS.get(platform, {"libunwind", "std"})
    expect(set(bare) - known, set(), "without a checksum")
    needed = {name for each in bom["dependencies"] for name in each.get("dependsOn", [])}
    expect({each["bom-ref"] for each in components} - needed, set(), "that nothing needs")
    files = {each["name"]: each["hashes"][0]["content"] for each in own["components"]}
    shipped = {path.name: path for path in packages}
    there = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    shipped |= {path.relative_to(folder).as_posix(): path for path in there}
    sums = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in shipped.items()}
    expect(files, sums, "files")


def check_source():
    """The archive of the source has what is tracked, and Cargo takes it."""
    with tempfile.TemporaryDirectory() as work:
        name = f"libmomo-{VERSION}-source"
        succeed(["tar", "--extract", "--file", RELEASE / f"{name}.tar.xz"], work)
        folder = Path(work, name)
        tracked = {name for name in succeed(["git", "ls-files"], ROOT).splitlines()}
        found = (path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
        expect({path.relative_to(folder).as_posix() for path in found} ^ tracked, set(), "files")
        succeed(["cargo", "tree", "--offline", "--locked", "--quiet"], folder)


def check_sums():
    """SHA256SUMS has every file that is released."""
    succeed(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], RELEASE)
    listed = {line.split()[1] for line in (RELEASE / "SHA256SUMS").read_text().splitlines()}
    there = {path.name for path in RELEASE.iterdir() if not path.name.startswith("SHA256SUMS")}
    expect(listed ^ there, set(), "listed or there, and not both")


def check_signature():
    """A variable names the key that signs the checksums; without one, a line says so."""
    with tempfile.TemporaryDirectory() as work:
        # Not as deep as this folder: a name that is relative to one is nothing in the other.
        folder = Path(work, *ROOT.parts[1:])
        folder.mkdir(parents=True)
        variables = {"GNUPGHOME": work, "MINISIGN_KEY": "", "GPG_KEY": ""}

        def sign(**key):
            command = ["scripts/dist.sh", "sums", folder]
            code, _, err = run(command, ROOT, os.environ | variables | key)
            expect((code, "is not signed" in err), (0, not key), f"signing said {err}")
            return sorted(path.name for path in folder.glob("SHA256SUMS*"))

        def do(*command):
            succeed(command, folder, os.environ | variables)

        expect(sign(), ["SHA256SUMS"], "without a key")
        public, secret = f"{work}/public", f"{work}/secret"
        do("minisign", "-G", "-W", "-p", public, "-s", secret)
        relative = os.path.relpath(secret, ROOT)
        expect(sign(MINISIGN_KEY=relative), ["SHA256SUMS", "SHA256SUMS.minisig"], "by minisign")
        do("minisign", "-V", "-p", public, "-m", "SHA256SUMS")
        do("gpg", "--batch", "--passphrase", "", "--quick-generate-key", "nobody@example.com")
        expect(sign(GPG_KEY="nobody@example.com"), ["SHA256SUMS", "SHA256SUMS.asc"], "by GnuPG")
        do("gpg", "--verify", "SHA256SUMS.asc", "SHA256SUMS")
        do("gpgconf", "--kill", "all")
