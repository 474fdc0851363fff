"""The module for Go: the wrapper with a static library per platform, as a module proxy has it."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import ROOT, VERSION, archives, chosen, documents, go_checks, readme, static
from .installed import copy

TITLE = "Go"
DEBIAN = [
    *("golang-go", "gcc", "libc6-dev", "binutils", "binutils-aarch64-linux-gnu"),
    *("musl", "libc6-arm64-cross", "qemu-user-static", "python3-venv"),
]

SOURCE = ROOT / "bindings/go"
MODULE = "example.com/momo"
# As `go mod` and a proxy write the version.
TAG = f"v{VERSION}"
ARCHIVES = {
    "x86_64-linux-gnu": "libmomo_linux_amd64.a",
    "aarch64-linux-gnu": "libmomo_linux_arm64.a",
    "x86_64-linux-musl": "libmomo_linux_amd64_musl.a",
    "aarch64-linux-musl": "libmomo_linux_arm64_musl.a",
}


def build(out):
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder)
        copy([SOURCE / "go.mod", *documents()], module)
        (module / "README.md").write_text(readme("go"))
        # Flat: `go mod vendor` takes a package's own folder, and none below it.
        package = module / "momo"
        copy([*(SOURCE / "momo").glob("*.go"), ROOT / "include/momo.h"], package)
        shared = (package / "link.go").read_text()
        (package / "link_shared.go").write_text("//go:build momo_shared\n\n" + shared)
        copy([ROOT / "packaging/go/link.go"], package)
        for platform, archive in ARCHIVES.items():
            if platform in chosen:
                static.make(platform, package / archive)
        publish(module, out / MODULE / "@v")


def publish(module, folder):
    """Puts a module's files where the protocol of module proxies wants them."""
    folder.mkdir(parents=True)
    (folder / "list").write_text(TAG + "\n")
    (folder / f"{TAG}.info").write_text(json.dumps({"Version": TAG}) + "\n")
    shutil.copy(module / "go.mod", folder / f"{TAG}.mod")
    archives.write(folder / f"{TAG}.zip", archives.tree(module, f"{MODULE}@{TAG}/"))


def install(out, place):
    subprocess.run([ROOT / "scripts/dist/deps.sh"], check=True)
    # A folder as users have them, too.
    shop = place / "a caf\u00e9 shop"
    shutil.copytree(SOURCE / "cmd", shop / "cmd")
    go = go_checks.Go(out, place, shop)
    go("mod", "init", "example.com/shop")
    go("get", f"{MODULE}/momo@{TAG}")
    go("vet", "./...")
    go_checks.vendored(go)
    found = [go_checks.programs(go, one) for one in go_checks.TARGETS if one.platform in chosen]
    if "x86_64-linux-gnu" in chosen:
        found[0].rows.append(go_checks.neighbour(go))
    return found
