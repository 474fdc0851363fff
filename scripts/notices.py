#!/usr/bin/env python3
"""Writes the notices of a library: what is linked into it, and the licence texts of each part.

    notices.py PLATFORM FOLDER [Cargo.toml]

It puts THIRD-PARTY.txt into the folder, debian-copyright, and parts.json for bills of materials and
packages. Cargo and rustc are those that compiled: CARGO, RUSTC, RUSTC_BOOTSTRAP, LIBMOMO_TARGET, as
in scripts/build.sh. What only runs while the library is compiled (build scripts, macros) is left out.
A crate without a licence text is an error. The same source gives the same bytes.
"""

import html
import json
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "packaging/project.toml").read_text())
RULE = "=" * 80
MOCK = "momo-mock-gateway"
# Of whom a text says that he has the rights.
HOLDER = re.compile(r"(?i)\W*Copyright\b(?=.*(?:\(c\)|©|\d{4})[^\[{<]*$)(?: \(c\)| ©)?(.*)")
LICENSE_FILE = re.compile(r"((un)?licen[cs]e|copying|notice|copyright)(?!.*\.rs$).*", re.I)
# The licence as Debian has it on every system, up to its end or to its advice on how to apply it.
APACHE = re.compile(r"(?sm)^ *Apache License\s+Version 2.0.*?END OF TERMS[ \w]+$(\s+APPENDIX.*)?")
COMMON = "The full text of the Apache License 2.0 is in /usr/share/common-licenses/Apache-2.0."
ZIG = ROOT / "build/tools/zig/lib"
MINGW = Path("/usr/share/doc/mingw-w64-common/copyright")
GCC = Path("/usr/share/doc/gcc-mingw-w64-base/copyright")
DEBIAN_S_RUST = Path("/usr/share/doc/rustc-web/copyright")


@dataclass
class Part:
    name: str
    version: str
    license: str
    supplier: str
    url: str
    purl: tuple = ()  # type and name
    checksum: str = ""
    texts: list = field(default_factory=list)
    needs: list = field(default_factory=list)  # keys of other parts

    @property
    def key(self):
        return f"{self.name} {self.version}"


def said(*command):
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def own_std():
    """Whether the standard library is compiled along, as scripts/build.sh does for releases."""
    return "RUSTC_BOOTSTRAP" in os.environ


def units(target, manifest, *chosen):
    """Cargo's plan: what it compiles for this, and what each unit needs."""
    plan = ["build", "--release", *chosen, "--locked", "--unit-graph", "-Zunstable-options"]
    plan += ["--target", target, "--manifest-path", manifest]
    plan += ["-Zbuild-std=std,panic_unwind"] if own_std() else []
    command = ["env", "RUSTC_BOOTSTRAP=1", os.environ.get("CARGO", "cargo"), *plan]
    return json.loads(said(*command))


def linked(target, manifest=ROOT / "Cargo.toml"):
    """The parts of the library, the first is our own crate, and of the mock gateway beside it."""
    sums, std, found = checksums(manifest.parent), standard_library(), {}
    add(units(target, manifest, "--lib"), manifest, sums, std, found)
    if manifest.parent == ROOT:
        add(units(target, manifest, "--package", MOCK, "--bin", MOCK), manifest, sums, std, found)
    own = next(iter(found.values()))
    beside = [std, *runtime(target), *(each for each in found.values() if each.name == MOCK)]
    for each in beside:
        found.setdefault(each.key, each)
        if each.key not in own.needs:
            own.needs.append(each.key)
    return list(found.values())


def add(graph, manifest, sums, std, found):
    """Adds the parts of Cargo's plan to those that were found."""
    left = list(graph["roots"])

    def part_of(index):
        unit = graph["units"][index]
        if {"proc-macro", "custom-build"} & set(unit["target"]["kind"]):
            return None
        folder = Path(unit["target"]["src_path"]).parent
        while not (folder / "Cargo.toml").exists():
            folder = folder.parent
        # The standard library's own crates have no version, and one licence.
        if "/rustlib/src/" in str(folder):
            return std
        return crate(folder, sums, own=folder in (manifest.parent, ROOT / "mock-gateway"))

    seen = {}
    while left:
        index = left.pop(0)
        if index in seen:
            continue
        seen[index] = part = part_of(index)
        if part:
            found.setdefault(part.key, part)
            left += [each["index"] for each in graph["units"][index]["dependencies"]]
    for index, part in seen.items():
        for each in graph["units"][index]["dependencies"] if part else []:
            needed = seen.get(each["index"])
            if needed and needed.key not in (part.key, *found[part.key].needs):
                found[part.key].needs.append(needed.key)


def crate(folder, sums, own):
    package = tomllib.loads((folder / "Cargo.toml").read_text())["package"]
    name, version = package["name"], package["version"]
    if own:
        version = said("scripts/version.sh").strip()
        return Part(name, version, PROJECT["license"], PROJECT["maintainer"], PROJECT["url"])
    url = package.get("repository") or f"https://crates.io/crates/{name}"
    makers = ", ".join(package.get("authors", [])) or f"the maintainers of {url}"
    license = package.get("license", "see its text").replace("/", " OR ")
    part = Part(name, version, license, makers, url, ("cargo", name), sums.get((name, version), ""))
    files = (path for path in sorted(folder.rglob("*")) if LICENSE_FILE.fullmatch(path.name))
    part.texts = [path.read_text(errors="replace") for path in files if path.is_file()]
    # That text is the same for everybody.
    if not part.texts and "Apache-2.0" in license.split(" OR "):
        part.texts = [(ROOT / "LICENSE-APACHE").read_text()]
    if not part.texts:
        sys.exit(f"{part.key} is linked into the library, and {folder} has no licence text")
    return part


def checksums(root):
    """Of the crates, by name and version."""
    locks = [root / "Cargo.lock"]
    if own_std():
        locks.append(sysroot() / "lib/rustlib/src/rust/library/Cargo.lock")
    packages = [each for lock in locks for each in tomllib.loads(lock.read_text())["package"]]
    return {(each["name"], each["version"]): each.get("checksum", "") for each in packages}


def rustc(*words):
    return said(os.environ.get("RUSTC", "rustc"), *words)


def sysroot():
    return Path(rustc("--print", "sysroot").strip())


def standard_library():
    version = re.search(r"^release: (.*)$", rustc("-vV"), re.M)[1]
    std = Part("std", version, PROJECT["license"], "The Rust Project", "https://www.rust-lang.org")
    copyright = "Copyright (c) The Rust Project Developers (see https://thanks.rust-lang.org)\n\n"
    permission = (ROOT / "LICENSE-MIT").read_text().partition("\nPermission")
    apache = (ROOT / "LICENSE-APACHE").read_text()
    # Its tables of characters, and compiler-builtins, which is LLVM's compiler-rt.
    std.license = f"({std.license}) AND Unicode-3.0 AND (Apache-2.0 WITH LLVM-exception)"
    std.texts = [copyright + "".join(permission[1:]).lstrip(), apache]
    if own_std():
        name = "Unicode-Data-Files-and-Software-License"
        text = re.search(rf"^License: {name}\n((?: .*\n)+)", DEBIAN_S_RUST.read_text(), re.M)[1]
        unicode = textwrap.dedent(re.sub(r"^ \.$", "", text, flags=re.M))
        std.texts += ["Copyright (c) 1991-2024 Unicode, Inc.\n\n" + unicode, llvm_s_text()]
    else:  # rustup's, with a page of the crates in it, for every platform
        folder = sysroot() / "share/doc/rust"
        page = (folder / "COPYRIGHT-library.html").read_text()
        text = html.unescape(re.sub("<[^>]*>", "", page))
        std.texts.append(re.sub(r"\n\s*\n", "\n\n", text))
        for name in ("Unicode-3.0", "LLVM-exception"):
            std.texts.append((folder / f"licenses/{name}.txt").read_text())
    return std


def llvm_s_text():
    [path] = ZIG.glob("python3*/site-packages/ziglang/lib/libunwind/LICENSE.TXT")
    return path.read_text()


def runtime(target):
    """What the linker adds from the compiler for C."""
    if not own_std():
        return []  # this machine's, a shared library
    if "windows" in target:
        version = said("dpkg-query", "--show", "--showformat", "${Version}", "mingw-w64-common")
        mingw = Part("mingw-w64", version, "ZPL-2.1", "mingw-w64", "https://www.mingw-w64.org")
        mingw.texts = [MINGW.read_text()]
        version = said("x86_64-w64-mingw32-gcc", "-dumpfullversion").strip()
        license = "GPL-3.0-or-later WITH GCC-exception-3.1"
        libgcc = Part("libgcc", version, license, "Free Software Foundation", "https://gcc.gnu.org")
        libgcc.texts = [GCC.read_text()]
        return [mingw, libgcc]
    [path] = ZIG.glob("python3*/site-packages/ziglang-*.dist-info")
    version = path.name.removeprefix("ziglang-").removesuffix(".dist-info")
    license = "Apache-2.0 WITH LLVM-exception"
    unwind = Part("libunwind", f"zig-{version}", license, "The LLVM project", "https://llvm.org")
    unwind.purl, unwind.texts = ("pypi", "ziglang"), [llvm_s_text()]
    return [unwind]


def by_text(parts):
    """Pairs of a text and the keys of the parts that have it."""
    groups = {}
    for part in parts:
        for text in part.texts:
            _, keys = groups.setdefault(" ".join(text.split()), (text.strip("\n"), []))
            if part.key not in keys:
                keys.append(part.key)
    return groups.values()


def notices(title, parts):
    """The text of THIRD-PARTY.txt; parts may be those of several platforms."""
    others = {part.key: part for part in parts if part.name != MOCK}
    parts = sorted(others.values(), key=lambda part: part.key)
    lines = [f"  {part.key}: {part.license}; {part.url}" for part in parts]
    head = f"Third-party notices of {title}\n\nIt contains code of these, under the licences below."
    wrap = textwrap.TextWrapper(78, break_on_hyphens=False).fill
    pages = [f"{RULE}\n{wrap(', '.join(keys))}\n\n{text}\n" for text, keys in by_text(parts)]
    return "\n".join([head, "", *lines, "", *pages])


def read(folder):
    """What `main` has written: our own crate, and a list of the others."""
    own, *parts = (Part(**each) for each in json.loads((folder / "parts.json").read_text()))
    return own, parts


def field_of(text):
    """Debian's form of a text within a field: indented, a dot in place of an empty line."""
    lines = (line.rstrip() for line in text.strip("\n").splitlines())
    return "\n".join(f" {line}" if line else " ." for line in lines)


def debian(parts):
    """The stanzas of debian/copyright; what Debian has on every system is only named."""
    for part in (part for part in parts if part.name != MOCK):
        found = (HOLDER.match(line) for text in part.texts for line in text.splitlines())
        holders = list(dict.fromkeys(each[1].strip() for each in found if each)) or [part.supplier]
        license = re.sub(" (OR|AND|WITH) ", lambda found: found[0].lower(), part.license)
        texts = (APACHE.sub(COMMON, text).strip("\n") for text in part.texts)
        text = "\n\n".join(dict.fromkeys(texts))
        yield f"Files: {part.name}-{part.version}/*\nCopyright: " + "\n ".join(holders)
        yield f"License: {license}\n{field_of(text)}\n"


def main():
    platform, folder, *manifest = sys.argv[1:]
    parts = linked(os.environ["LIBMOMO_TARGET"], *(Path(each).resolve() for each in manifest))
    own, others = parts[0], sorted(parts[1:], key=lambda part: part.key)
    folder = Path(folder)
    title = f"libmomo {own.version} for {platform}"
    (folder / "THIRD-PARTY.txt").write_text(notices(title, others))
    mit = field_of((ROOT / "LICENSE-MIT").read_text())
    text = (ROOT / "packaging/debian/copyright").read_text().replace("@MIT@", mit)
    (folder / "debian-copyright").write_text("\n".join([text, *debian(others)]))
    (folder / "parts.json").write_text(json.dumps([asdict(part) for part in (own, *others)]))


if __name__ == "__main__":
    main()
