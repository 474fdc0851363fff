"""The package for C#: an assembly and the libraries of all platforms, as NuGet wants them."""

import shutil
import subprocess
import zipfile
from pathlib import Path

from language_checks import VERSION, checks, language, packages
from language_checks.packages import TOOLS, Installed, commands, copy, row

DEBIAN = ["python3", "python3-venv"]

SOURCE = Path(__file__).parent
PARTS = SOURCE / "package"
PROGRAMS = [SOURCE / "get_token.cs", SOURCE / "exercise.cs", PARTS / "Loading.cs"]
# The folders that MomoLibrary.cs looks in.
NATIVE = {
    platform: f"runtimes/{name}/native/{'momo.dll' if name == 'win-x64' else 'libmomo.so'}"
    for platform, name in packages.platform_names("csharp").items()
}
HERE = NATIVE["x86_64-linux-gnu"]


def build(out, folder):
    files = [
        ("[Content_Types].xml", (PARTS / "content-types.xml").read_text()),
        ("_rels/.rels", (PARTS / "relationships.xml").read_text()),
        ("libmomo.nuspec", packages.filled((PARTS / "libmomo.nuspec").read_text())),
        *packages.documents("csharp"),
    ]
    information = folder / "AssemblyInfo.cs"
    information.write_text(f'[assembly: System.Reflection.AssemblyVersion("{VERSION}.0")]\n')
    assembly, comments = folder / "Momo.dll", folder / "Momo.xml"
    # Of .NET Standard there is no reference assembly here. What Mono's stand in for is in it, too.
    options = ["-target:library", "-langversion:7", "-r:System.Core", f"-doc:{comments}"]
    # Not every name has something to say of it.
    options += ["-warnaserror", "-nowarn:1591"]
    sources = [*SOURCE.glob("Momo*.cs"), information]
    subprocess.run(["mcs", *options, f"-out:{assembly}", *sources], check=True)
    files += [(f"lib/netstandard2.0/{path.name}", path.read_bytes()) for path in (assembly, comments)]
    files += [(NATIVE[name], path.read_bytes()) for name, path in packages.libraries().items()]
    packages.write_archive(out / f"libmomo.{VERSION}.nupkg", files)


def install(out, place):
    # Folders as users have them, too.
    package = place / "a caf\u00e9's packages/libmomo" / VERSION
    with zipfile.ZipFile(out / f"libmomo.{VERSION}.nupkg") as archive:
        archive.extractall(package)
    return [on_mono(package, place / "a shop on Mono"), on_dotnet(package, place / "a shop on .NET")]


def compile_programs(package, folder, suffix):
    folder.mkdir()
    options = ["-warnaserror", "-r:System.Core", f"-r:{package}/lib/netstandard2.0/Momo.dll"]
    for source in PROGRAMS:
        parts = [SOURCE / "Json.cs", *source.parent.glob(f"{source.stem}*.cs")]
        checks.succeed(["mcs", *options, f"-out:{source.stem}{suffix}", *parts], folder)


def on_mono(package, shop):
    """The assembly is used where the package was unpacked."""
    compile_programs(package, shop, ".exe")
    return Installed(
        "Mono",
        shop,
        **commands("mono", suffix=".exe"),
        variables={"MONO_PATH": str(package / "lib/netstandard2.0")},
        rows=list(loading(["mono", "Loading.exe"], package / HERE)),
    )


def on_dotnet(package, shop):
    """Copied beside the program: for any platform, and for the one it was published for."""
    language.install_packages(["pip:dotnet:dotnetcore2==3.1.23"])
    [dotnet] = (TOOLS / "dotnet").glob("lib/*/site-packages/dotnetcore2/bin/dotnet")
    dotnet.chmod(0o755)
    compile_programs(package, shop, ".dll")
    for source in PROGRAMS:
        shutil.copy(PARTS / "runtimeconfig.json", shop / f"{source.stem}.runtimeconfig.json")
    copy([package / "lib/netstandard2.0/Momo.dll"], shop)
    published = shutil.copytree(shop, shop.with_name("published"))
    alone = shutil.copytree(shop, shop.with_name("alone"))
    shutil.copytree(package / "runtimes", shop / "runtimes")
    copy([package / HERE], published)
    missing = {"message": {"match": "^no libmomo for linux-x64.*LIBMOMO_PATH"}}
    rows = [
        *loading([dotnet, "Loading.dll"], shop / HERE),
        row("published", [dotnet, published / "Loading.dll", published / "libmomo.so"], {"mapped": True}),
        row("no library", [dotnet, alone / "Loading.dll"], missing),
    ]
    return Installed(".NET", shop, **commands(dotnet, suffix=".dll"), rows=rows)


def loading(command, packaged):
    other = packages.platform_folder("x86_64-linux-gnu").resolve() / f"lib/libmomo.so.{VERSION}"
    wrong = {"message": {"match": "^LIBMOMO_PATH names /nowhere, which cannot be loaded: .*/nowhere"}}
    yield row("packaged", [*command, packaged], {"mapped": True})
    yield row("LIBMOMO_PATH", [*command, other], {"mapped": True}, LIBMOMO_PATH=str(other))
    yield row("LIBMOMO_PATH wrong", command, wrong, LIBMOMO_PATH="/nowhere")
