"""The gems for Ruby: one per platform, with the library inside."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import packages
from language_checks import checks

from . import ROOT, VERSION, documents, libraries, readme, ruby_checks
from .installed import MUSL, Installed, copy, for_musl, replace

TITLE = "Ruby"
DEBIAN = ["ruby", "bundler", "ruby-webrick", "puma", "ruby-sinatra", *MUSL]

SOURCE = ROOT / "examples-ffi/ruby"
PACKAGING = ROOT / "packaging/ruby"
# Those of glibc do not name it: RubyGems before 3.3.22 has no other name for them, and later ones
# take it as glibc's, too.
PLATFORMS = {
    "x86_64-linux-gnu": "x86_64-linux",
    "aarch64-linux-gnu": "aarch64-linux",
    "x86_64-linux-musl": "x86_64-linux-musl",
    "aarch64-linux-musl": "aarch64-linux-musl",
    "x86_64-windows": "x64-mingw-ucrt",
}
ROWS = ("stats", "fork", "fork without token", "cancel of one call", "leak of clients")


def build(out):
    for platform, library in libraries().items():
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder)
            copy([PACKAGING / "libmomo.gemspec", *documents()], source)
            (source / "README.md").write_text(readme("ruby"))
            copy([SOURCE / "momo.rb", PACKAGING / "libmomo.rb"], source / "lib")
            name = "momo.dll" if library.suffix == ".dll" else "libmomo.so.0"
            shutil.copy(library, source / "lib" / name)
            environment = os.environ | {
                "LIBMOMO_VERSION": VERSION,
                "LIBMOMO_GEM_PLATFORM": PLATFORMS[platform],
                "SOURCE_DATE_EPOCH": "315619200",  # equal files make equal gems
            }
            file = out / f"libmomo-{VERSION}-{PLATFORMS[platform]}.gem"
            command = ["gem", "build", "--silent", "--output", file, "libmomo.gemspec"]
            subprocess.run(command, cwd=source, env=environment, check=True)


def install(out, place):
    # A folder as users have them, too.
    shop = place / "a caf\u00e9's shop"
    copy([SOURCE / "get_token.rb", SOURCE / "exercise.rb"], shop)
    shutil.copytree(SOURCE / "server", shop / "server")
    for program, wrapper in (("get_token.rb", "momo"), ("exercise.rb", "momo"), ("server/app.rb", "../momo")):
        replace(shop / program, f"require_relative '{wrapper}'", "require 'momo'")
    (shop / "Gemfile").write_text("source ENV.fetch('GEM_SERVER')\ngem 'libmomo'\n")
    table = json.loads((ROOT / "examples-ffi/scenarios.json").read_text())
    success = next(row for row in table if row["name"] == "success")
    table += json.loads((SOURCE / "manifest.json").read_text())["extra"]
    glibc = Installed(
        name="glibc",
        folder=shop,
        get_token=["ruby", "get_token.rb"],
        exercise=["ruby", "exercise.rb"],
        variables={"GEM_HOME": str(shop / "gems")},
        rows=[
            *(row for row in table if row["name"] in ROWS),
            *ruby_checks.rows(out, place, success),
        ],
    )
    gem = out / f"libmomo-{VERSION}-{PLATFORMS['x86_64-linux-gnu']}.gem"
    command = ["gem", "install", "--local", "--no-document", gem]
    code, said, errors = checks.run(command, shop, glibc.environment())
    if code != 0:
        raise checks.Failed(f"{command}: exit code {code}\n{said}{errors}")
    return [glibc, *([musl(out, place, shop, table)] if packages.long else [])]


def musl(out, place, shop, table):
    """The library of the other gem, which the RubyGems of Debian is too old for."""
    name = f"libmomo-{VERSION}-{PLATFORMS['x86_64-linux-musl']}"
    subprocess.run(["gem", "unpack", "--silent", out / f"{name}.gem", "--target", place], check=True)
    ruby = [for_musl("ruby"), "--disable-gems", f"-I{place / name}/lib"]
    return Installed(
        name="musl",
        folder=shop,
        get_token=[*ruby, "get_token.rb"],
        exercise=[*ruby, "exercise.rb"],
        rows=[row for row in table if row["name"] in ROWS],
    )
