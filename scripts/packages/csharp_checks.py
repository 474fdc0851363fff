"""Programs that have the package for C# as NuGet unpacks it, on Mono and on .NET."""

import shutil
import zipfile

from language_checks import checks

from . import ROOT, TOOLS, VERSION, platform_folder
from .installed import Installed, copy
from .python import venv

SOURCE = ROOT / "examples-ffi/csharp"
PROJECT = ROOT / "scripts/packages/csharp_project"
PROGRAMS = [SOURCE / "get_token.cs", SOURCE / "exercise.cs", PROJECT / "Loading.cs"]
NATIVE = "runtimes/linux-x64/native/libmomo.so"


def installed(nupkg, place):
    # Folders as users have them, too.
    package = place / "a caf\u00e9's packages/libmomo" / VERSION
    with zipfile.ZipFile(nupkg) as archive:
        archive.extractall(package)
    return [on_mono(package, place / "a shop on Mono"), *on_dotnet(package, place / "a shop on .NET")]


def compile_programs(package, folder, suffix):
    folder.mkdir()
    reference = package / "lib/netstandard2.0/Momo.dll"
    for source in PROGRAMS:
        command = ["mcs", "-warnaserror", "-r:System.Core", f"-r:{reference}"]
        command += [f"-out:{source.stem}{suffix}", *source.parent.glob(f"{source.stem}*.cs")]
        code, out, err = checks.run(command, folder, None)
        if code != 0:
            raise checks.Failed(f"mcs {source.name}: exit code {code}\n{out}{err}")


def on_mono(package, shop):
    """The assembly is used where the package was unpacked."""
    compile_programs(package, shop, ".exe")
    return Installed(
        name="Mono",
        folder=shop,
        get_token=["mono", "get_token.exe"],
        exercise=["mono", "exercise.exe"],
        variables={"MONO_PATH": str(package / "lib/netstandard2.0")},
        rows=list(loading(["mono", "Loading.exe"], str(package / NATIVE))),
    )


def on_dotnet(package, shop):
    """Copied beside the program: for any platform, and for the one it was published for."""
    python = venv(TOOLS / "dotnet", "dotnetcore2==3.1.23")
    [dotnet] = python.parents[1].glob("lib/*/site-packages/dotnetcore2/bin/dotnet")
    dotnet.chmod(0o755)
    compile_programs(package, shop, ".dll")
    for source in PROGRAMS:
        shutil.copy(PROJECT / "runtimeconfig.json", shop / f"{source.stem}.runtimeconfig.json")
    copy([package / "lib/netstandard2.0/Momo.dll"], shop)
    published = shutil.copytree(shop, shop.with_name("published"))
    alone = shutil.copytree(shop, shop.with_name("alone"))
    shutil.copytree(package / "runtimes", shop / "runtimes")
    copy([package / NATIVE], published)
    missing = {"message": {"match": "^no libmomo for linux-x64.*LIBMOMO_PATH"}}
    rows = list(loading([str(dotnet), "Loading.dll"], str(shop / NATIVE)))
    rows += [
        row("published", [dotnet, published / "Loading.dll", published / "libmomo.so"], {"mapped": True}),
        row("no library", [dotnet, alone / "Loading.dll"], missing),
    ]
    return [
        Installed(
            name=".NET",
            folder=shop,
            get_token=[str(dotnet), "get_token.dll"],
            exercise=[str(dotnet), "exercise.dll"],
            rows=rows,
        )
    ]


def loading(command, packaged):
    other = platform_folder("x86_64-linux-gnu").resolve() / f"lib/libmomo.so.{VERSION}"
    wrong = {"message": {"match": "^LIBMOMO_PATH names /nowhere, which cannot be loaded: .*/nowhere"}}
    yield row("packaged", [*command, packaged], {"mapped": True})
    yield row("LIBMOMO_PATH", [*command, other], {"mapped": True}, LIBMOMO_PATH=str(other))
    yield row("LIBMOMO_PATH wrong", command, wrong, LIBMOMO_PATH="/nowhere")


def row(name, command, expected, **variables):
    return {
        "name": name,
        "command": [str(word) for word in command],
        "env": variables,
        "expect": expected,
        "requests": 0,
    }
