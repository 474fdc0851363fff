"""The Composer package for PHP: one archive, with the libraries of all platforms inside."""

import json
import os
import re
import shutil
import tempfile
import zipfile
from pathlib import Path

import packages

from . import ROOT, VERSION, archives, documents, interpreters, libraries, php_checks, readme, scenarios
from .installed import Installed, copy, replace

TITLE = "PHP"
DEBIAN = ["composer", "php8.2-cli", "php8.2-fpm", "php8.2-zip", "nginx-light", "unzip"]

SOURCE = ROOT / "examples-ffi/php"
PACKAGING = ROOT / "packaging/php"
NAME = "libmomo/libmomo"
ROWS = ("stats", "fork", "leak of clients")


def build(out):
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder)
        copy([SOURCE / "momo.php", SOURCE / "momo_library.php", *documents()], package)
        (package / "README.md").write_text(readme("php"))
        (package / "momo_ffi.h").write_text(header())
        # An archive, unlike a tag, does not tell its version otherwise.
        composer = json.loads((PACKAGING / "composer.json").read_text()) | {"version": VERSION}
        (package / "composer.json").write_text(json.dumps(composer, indent=4) + "\n")
        for platform, library in libraries().items():
            name = "momo.dll" if library.suffix == ".dll" else "libmomo.so.0"
            (package / "lib" / platform).mkdir(parents=True)
            shutil.copy(library, package / "lib" / platform / name)
        archives.write(out / f"libmomo-{VERSION}.zip", archives.tree(package))


def header():
    """Without its comments: PHP parses it at every request."""
    text = re.sub(r"/\*.*?\*/", "", (ROOT / "include/momo_ffi.h").read_text(), flags=re.S)
    return "\n".join(["// momo.h explains each.", *filter(str.strip, text.splitlines()), ""])


def install(out, place):
    place.chmod(0o755)  # so that www-data reaches it
    # A folder as users have them, too.
    shop = place / "a caf\u00e9's shop"
    project(shop, {"type": "artifact", "url": str(out)})
    with zipfile.ZipFile(out / f"libmomo-{VERSION}.zip") as file:
        file.extractall(place / "unpacked")
    other = place / "other shop"
    project(other, {"type": "path", "url": "../unpacked"})
    table = scenarios(SOURCE)
    success = next(row for row in table if row["name"] == "success")
    rows = [row for row in table if row["name"] in ROWS]
    path = success | {"name": "path repository", "command": ["php", str(other / "get_token.php")]}
    glibc = Installed(
        name="glibc",
        folder=shop,
        get_token=["php", "get_token.php"],
        exercise=["php", "exercise.php"],
        rows=[*rows, path, *php_checks.rows(shop / "vendor" / NAME)],
    )
    if not packages.long:
        return [glibc]
    # -n: without this machine's php.ini, which names more extensions than are unpacked.
    arm64 = [*interpreters.arm64("php8.2"), "-n", "-dextension=ffi"]
    glibc.rows += interpreters.arm64_rows(table, arm64, ".php")
    php = interpreters.musl("php")
    return [glibc, Installed("musl", shop, [php, "get_token.php"], [php, "exercise.php"], rows=rows)]


def project(folder, repository):
    """A user's, with the programs of examples-ffi/ in it."""
    folder.mkdir()
    repositories = [{"packagist.org": False}, repository]
    (folder / "composer.json").write_text(json.dumps({"repositories": repositories}))
    environment = os.environ | {
        "COMPOSER_ALLOW_SUPERUSER": "1",
        "COMPOSER_HOME": str(folder.parent / "composer"),
        "COMPOSER_NO_INTERACTION": "1",
    }
    interpreters.run(["composer", "require", "--no-progress", NAME], folder, environment)
    copy([SOURCE / "get_token.php", *SOURCE.glob("exercise*.php"), SOURCE / "fpm.py"], folder)
    shutil.copytree(SOURCE / "fpm", folder / "fpm")
    for program in ("get_token.php", "exercise.php", "fpm/page.php"):
        replace(folder / program, "/momo.php'", "/vendor/autoload.php'")
