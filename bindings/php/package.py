"""The Composer package for PHP: one archive, with the libraries of all platforms inside."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import servers  # beside this folder
from language_checks import ROOT, VERSION, interpreters, packages
from language_checks.packages import Installed, commands, copy, replace, row

DEBIAN = ["composer", "php8.2-zip", "unzip"]

SOURCE = Path(__file__).parent
NAME = "libmomo/libmomo"
ROWS = ("leak of clients",)
# As PHP-FPM is started on servers: by root, with workers of another user.
USER = {"FPM_USER": "www-data"} if os.geteuid() == 0 else {}
FAILURE = """\
require 'vendor/autoload.php';
try {
    new Momo\\Client();
} catch (RuntimeException $exception) {
    echo json_encode(['message' => $exception->getMessage()]);
}
"""


def build(out, package):
    header = ROOT / "include/momo_ffi.h"
    copy([SOURCE / "momo.php", SOURCE / "momo_library.php", header], package)
    packages.put_documents("php", package)
    # An archive, unlike a tag, does not tell its version otherwise.
    composer = json.loads(packages.filled((SOURCE / "composer.json").read_text())) | {"version": VERSION}
    (package / "composer.json").write_text(json.dumps(composer, indent=4) + "\n")
    for platform, library in packages.libraries().items():
        packages.put_library(library, package / "lib" / platform)
    packages.write_archive(out / f"libmomo-{VERSION}.zip", packages.tree(package))


def install(out, place):
    place.chmod(0o755)  # so that www-data reaches it
    shop = place / packages.SHOP
    project(shop, {"type": "artifact", "url": str(out)})
    with zipfile.ZipFile(out / f"libmomo-{VERSION}.zip") as file:
        file.extractall(place / "unpacked")
    other = place / "other shop"
    project(other, {"type": "path", "url": "../unpacked"})
    [success] = packages.scenarios("php", ["success"])
    rows = packages.scenarios("php", ROWS)
    path = success | {"name": "path repository", "command": ["php", str(other / "get_token.php")]}
    more = checks(shop / "vendor" / NAME)
    glibc = Installed("glibc", shop, **commands("php", suffix=".php"), rows=[*rows, path, *more])
    if not packages.long:
        return [glibc]
    # -n: without this machine's php.ini, which names more extensions than are unpacked.
    arm64 = [*interpreters.arm64("php8.2"), "-n", "-dextension=ffi"]
    glibc.rows += interpreters.arm64_rows("php", arm64, ".php")
    php = commands(interpreters.musl("php", "php"), suffix=".php")
    return [glibc, Installed("musl", shop, **php, rows=rows)]


def project(folder, repository):
    """A user's, with the programs of this folder in it."""
    folder.mkdir()
    repositories = [{"packagist.org": False}, repository]
    (folder / "composer.json").write_text(json.dumps({"repositories": repositories}))
    environment = os.environ | {
        "COMPOSER_ALLOW_SUPERUSER": "1",
        "COMPOSER_HOME": str(folder.parent / "composer"),
        "COMPOSER_NO_INTERACTION": "1",
    }
    interpreters.run(["composer", "require", "--no-progress", NAME], folder, environment)
    copy([SOURCE / "get_token.php", *SOURCE.glob("exercise*.php"), SOURCE / "fpm.sh"], folder)
    shutil.copytree(SOURCE / "fpm", folder / "fpm")
    for program in ("get_token.php", "exercise.php", "fpm/page.php"):
        replace(folder / program, "/momo.php'", "/vendor/autoload.php'")


def checks(package):
    """Rows: PHP's ways to load the package, FFI for all or for preloaded files, and what stops it."""
    fpm = ["./fpm.sh", str(package / "momo.php")]
    [without_preload, _] = servers.prefork("php-fpm", fpm[:1], env=USER)
    yield without_preload
    yield from servers.prefork("php-fpm preload", fpm, env=USER)
    reloaded = {"workers": 8, "tokens": 8, "waited": 0}
    yield servers.row("php-fpm reload", fpm, ["--seconds=4", "--reload"], reloaded, 8, env=USER)
    stale = {"workers": 4, "tokens": 20, "waited": 0}
    slow = {"path": "/delay-300/lifetime-8", "env": USER}
    yield servers.row("php-fpm stale", fpm, ["--seconds=26"], stale, 20, **slow)
    jit = {"opcache.enable_cli": "1", "opcache.jit": "tracing", "opcache.jit_buffer_size": "32M"}
    command = ["php", *settings(jit), "exercise.php", "get", "20000", "0", "-1"]
    yield row("JIT", command, {"outcomes": "25000 token", "growth_kib": {"max": 1024}}) | {"requests": 1}
    off = ["php", *settings({"ffi.enable": "false"}), "-r", FAILURE]
    yield row("FFI is off", off, {"message": {"match": "ffi.enable=true, or opcache.preload=/"}})
    other = ["setarch", "i686", "php", "-r", FAILURE]
    missing = {"message": {"match": "Put libmomo.so.0 for i686-linux-gnu"}}
    yield row("no library for a platform", other, missing)


def settings(values):
    return [word for name, value in values.items() for word in ("-d", f"{name}={value}")]
