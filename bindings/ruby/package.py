"""The gems for Ruby: one per platform, with the library inside."""

import os
import shutil
import subprocess
from pathlib import Path

import servers  # beside this folder
from language_checks import VERSION, interpreters, packages
from language_checks.packages import Installed, commands, copy, replace, row

DEBIAN = ["bundler", "ruby-webrick", "puma", "ruby-sinatra"]

SOURCE = Path(__file__).parent
ROWS = ("fork", "fork without token", "cancel of one call", "leak of clients")
PUMA = ["puma", "-C", "server/puma.rb", "server/config.ru"]
GEM = "gem install --silent --no-document --clear-sources --source $GEM_SERVER libmomo"
BUNDLE = "bundle install --quiet && bundle exec"
FAILURE = """\
require 'json'
begin
  require 'momo'
rescue LoadError => e
  puts JSON.generate(message: e.message)
end
"""


def gem_platform(platform):
    """Those of glibc do not name it: RubyGems before 3.3.22 has no other name for them, and later
    ones take it as glibc's, too."""
    return "x64-mingw-ucrt" if platform == "x86_64-windows" else platform.removesuffix("-gnu")


def gem_name(platform):
    return f"libmomo-{VERSION}-{gem_platform(platform)}"


def build(out, folder):
    for platform, library in packages.libraries().items():
        source = folder / platform
        copy([*SOURCE.glob("momo*.rb"), SOURCE / "libmomo.rb"], source / "lib")
        packages.put_library(library, source / "lib")
        gemspec = packages.filled((SOURCE / "libmomo.gemspec").read_text())
        (source / "libmomo.gemspec").write_text(gemspec)
        packages.put_documents("ruby", source, [platform])
        environment = os.environ | {
            "LIBMOMO_VERSION": VERSION,
            "LIBMOMO_GEM_PLATFORM": gem_platform(platform),
            "SOURCE_DATE_EPOCH": "315619200",  # equal files make equal gems
        }
        file = out / f"{gem_name(platform)}.gem"
        command = ["gem", "build", "--silent", "--output", file, "libmomo.gemspec"]
        subprocess.run(command, cwd=source, env=environment, check=True)


def install(out, place):
    shop = place / packages.SHOP
    copy([SOURCE / "get_token.rb", *SOURCE.glob("exercise*.rb")], shop)
    shutil.copytree(SOURCE / "server", shop / "server")
    for program, wrapper in (("get_token.rb", "momo"), ("exercise.rb", "momo"), ("server/app.rb", "../momo")):
        replace(shop / program, f"require_relative '{wrapper}'", "require 'momo'")
    (shop / "Gemfile").write_text("source ENV.fetch('GEM_SERVER')\ngem 'libmomo'\n")
    rows = packages.scenarios("ruby", ROWS)
    gems, more = {"GEM_HOME": str(shop / "gems")}, checks(out, place)
    programs = commands("ruby", suffix=".rb")
    glibc = Installed("glibc", shop, **programs, variables=gems, rows=[*rows, *more])
    install_gem(out, "x86_64-linux-gnu", ["gem"], glibc.environment())
    if not packages.long:
        return [glibc]

    arm64, home = interpreters.arm64("ruby3.1"), {"GEM_HOME": str(place / "arm64")}
    install_gem(out, "aarch64-linux-gnu", [*arm64, "-S", "gem"], glibc.environment() | home)
    glibc.rows += interpreters.arm64_rows("ruby", arm64, ".rb", **home)

    # The RubyGems of Debian is too old to install this one.
    name = gem_name("x86_64-linux-musl")
    interpreters.run(["gem", "unpack", "--silent", out / f"{name}.gem", "--target", place])
    ruby = [interpreters.musl("ruby", "ruby"), "--disable-gems", f"-I{place / name}/lib"]
    return [glibc, Installed("musl", shop, **commands(*ruby, suffix=".rb"), rows=rows)]


def install_gem(out, platform, gem, environment):
    file = out / f"{gem_name(platform)}.gem"
    interpreters.run([*gem, "install", "--local", "--no-document", file], out, environment)


def checks(out, place):
    """Rows: which gem is chosen, Bundler, Puma, and what is said without a library."""
    [success] = packages.scenarios("ruby", ["success"])
    token = {name: success[name] for name in ("expect", "requests")}

    def served(name, command, **variables):
        """A token, after an installation from a server that has the gems of all platforms."""
        server = ["ruby", str(SOURCE / "gem_server.rb"), str(out), "sh", "-c", command]
        return token | {"name": name, "command": server, "env": variables}

    yield served("gem server", f"{GEM} && ruby get_token.rb", GEM_HOME=str(place / "served"))
    yield served(
        "Bundler",
        f"{BUNDLE} ruby get_token.rb",
        BUNDLE_PATH=str(place / "bundle"),
        BUNDLE_SILENCE_ROOT_WARNING="1",
        GEM_HOME=None,
    )
    said = {"message": {"match": "^/nowhere/libmomo.so.0 cannot be loaded on .*Install the gem"}}
    yield row("no library", ["ruby", "-e", FAILURE], said, LIBMOMO_PATH="/nowhere/libmomo.so.0")
    # As many connections as threads: each worker has some.
    options = ["--workers=4", "--connections=16"]
    yield from servers.prefork("Puma", PUMA, options, env={"PORT": "0"})
