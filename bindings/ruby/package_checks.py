"""Rows about the gems: which of them is chosen, Bundler, Puma, and what is said without a library."""

from . import ROOT, servers

HERE = ROOT / "scripts/packages"
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


def rows(out, place, success):
    token = {name: success[name] for name in ("expect", "requests")}

    def served(name, command, **variables):
        """A token, after an installation from a server that has the gems of all platforms."""
        server = ["ruby", str(HERE / "gem_server.rb"), str(out), "sh", "-c", command]
        return token | {"name": name, "command": server, "env": variables}

    yield served("gem server", f"{GEM} && ruby get_token.rb", GEM_HOME=str(place / "served"))
    yield served(
        "Bundler",
        f"{BUNDLE} ruby get_token.rb",
        BUNDLE_PATH=str(place / "bundle"),
        BUNDLE_SILENCE_ROOT_WARNING="1",
        GEM_HOME=None,
    )
    yield {
        "name": "no library",
        "command": ["ruby", "-e", FAILURE],
        "env": {"LIBMOMO_PATH": "/nowhere/libmomo.so.0"},
        "expect": {"message": {"match": "^/nowhere/libmomo.so.0 cannot be loaded on .*Install the gem"}},
        "requests": 0,
    }
    # As many connections as threads: each worker has some.
    options = ["--workers=4", "--connections=16"]
    yield from servers.prefork("Puma", PUMA, options, env={"PORT": "0"})
