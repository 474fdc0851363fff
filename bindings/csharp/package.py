"""The package for C#: an assembly and the libraries of all platforms, as NuGet wants them."""

import subprocess
import tempfile
from pathlib import Path

from . import ROOT, VERSION, archives, csharp_checks, documents, libraries, readme

TITLE = "C#"
DEBIAN = ["mono-mcs", "mono-runtime", "libmono-system-core4.0-cil", "python3", "python3-venv"]

SOURCE = ROOT / "bindings/csharp"
PACKAGING = ROOT / "packaging/csharp"
# NuGet's names, which MomoLibrary.cs knows.
NATIVE = {
    "x86_64-linux-gnu": "linux-x64/native/libmomo.so",
    "aarch64-linux-gnu": "linux-arm64/native/libmomo.so",
    "x86_64-linux-musl": "linux-musl-x64/native/libmomo.so",
    "aarch64-linux-musl": "linux-musl-arm64/native/libmomo.so",
    "x86_64-windows": "win-x64/native/momo.dll",
}


def build(out):
    nuspec = (PACKAGING / "libmomo.nuspec").read_text().replace("@VERSION@", VERSION)
    files = [
        ("[Content_Types].xml", (PACKAGING / "content-types.xml").read_text()),
        ("_rels/.rels", (PACKAGING / "relationships.xml").read_text()),
        ("libmomo.nuspec", nuspec),
        ("README.md", readme("csharp")),
        *((path.name, path.read_bytes()) for path in documents()),
    ]
    with tempfile.TemporaryDirectory() as folder:
        information = Path(folder, "AssemblyInfo.cs")
        information.write_text(f'[assembly: System.Reflection.AssemblyVersion("{VERSION}.0")]\n')
        assembly, comments = Path(folder, "Momo.dll"), Path(folder, "Momo.xml")
        # Of .NET Standard there is no reference assembly here. What Mono's stand in for is in it, too.
        options = ["-target:library", "-langversion:7", "-r:System.Core", f"-doc:{comments}"]
        # Not every name has something to say of it.
        options += ["-warnaserror", "-nowarn:1591"]
        sources = [*SOURCE.glob("Momo*.cs"), information]
        subprocess.run(["mcs", *options, f"-out:{assembly}", *sources], check=True)
        files += [(f"lib/netstandard2.0/{path.name}", path.read_bytes()) for path in (assembly, comments)]
    files += [(f"runtimes/{NATIVE[name]}", path.read_bytes()) for name, path in libraries().items()]
    archives.write(out / f"libmomo.{VERSION}.nupkg", files)


def install(out, place):
    return csharp_checks.installed(out / f"libmomo.{VERSION}.nupkg", place)
