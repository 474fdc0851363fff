"""The gems for Ruby: one per platform, with the library inside."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import packages

from . import ROOT, VERSION, documents, interpreters, libraries, readme, ruby_checks, scenarios
from .installed import Installed, copy, replace

TITLE = "Ruby"
DEBIAN = ["ruby", "bundler", "ruby-webrick", "puma", "ruby-sinatra"]

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
            copy([*SOURCE.glob("momo*.rb"), PACKAGING / "libmomo.rb"], source / "lib")
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
    copy([SOURCE / "get_token.rb", *SOURCE.glob("exercise*.rb")], shop)
    shutil.copytree(SOURCE / "server", shop / "server")
    for program, wrapper in (("get_token.rb", "momo"), ("exercise.rb", "momo"), ("server/app.rb", "../momo")):
        replace(shop / program, f"require_relative '{wrapper}'", "require 'momo'")
    (shop / "Gemfile").write_text("source ENV.fetch('GEM_SERVER')\ngem 'libmomo'\n")
    table = scenarios(SOURCE)
    success = next(row for row in table if row["name"] == "success")
    rows = [row for row in table if row["name"] in ROWS]
    glibc = Installed(
        name="glibc",
        folder=shop,
        get_token=["ruby", "get_token.rb"],
        exercise=["ruby", "exercise.rb"],
        variables={"GEM_HOME": str(shop / "gems")},
        rows=[*rows, *ruby_checks.rows(out, place, success)],
    )
    install_gem(out, "x86_64-linux-gnu", ["gem"], glibc.environment())
    if not packages.long:
        return [glibc]

    arm64, home = interpreters.arm64("ruby3.1"), {"GEM_HOME": str(place / "arm64")}
    install_gem(out, "aarch64-linux-gnu", [*arm64, "-S", "gem"], glibc.environment() | home)
    glibc.rows += interpreters.arm64_rows(table, arm64, ".rb", **home)

    # The RubyGems of Debian is too old to install this one.
    name = f"libmomo-{VERSION}-{PLATFORMS['x86_64-linux-musl']}"
    interpreters.run(["gem", "unpack", "--silent", out / f"{name}.gem", "--target", place])
    ruby = [interpreters.musl("ruby"), "--disable-gems", f"-I{place / name}/lib"]
    return [glibc, Installed("musl", shop, [*ruby, "get_token.rb"], [*ruby, "exercise.rb"], rows=rows)]


def install_gem(out, platform, gem, environment):
    file = out / f"libmomo-{VERSION}-{PLATFORMS[platform]}.gem"
    interpreters.run([*gem, "install", "--local", "--no-document", file], out, environment)
