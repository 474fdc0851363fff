"""The packages of Debian, installed in a Debian made from nothing."""

import shutil

from language_checks.checks import SLOW_SECONDS, succeed

from . import TESTS, VERSION, contents
from .platform import PACKAGES, WARNINGS, Platform, debs, scratch


class Debian(Platform):
    """debootstrap's Debian 12, with a compiler: its programs run by chroot."""

    name = "debian amd64"
    archive = "x86_64-linux-gnu"
    debian = ["debootstrap"]

    def __init__(self, place):
        super().__init__(place)
        self.root = place / "debian"

    def unpack(self):
        packages = "--include=gcc,libc6-dev,pkg-config"
        command = ["debootstrap", "--variant=minbase", packages, "bookworm", self.root]
        succeed(command, self.place, seconds=2 * SLOW_SECONDS)
        (self.root / "etc/hosts").write_text("127.0.0.1 localhost\n")
        for file in debs("amd64"):
            shutil.copy(file, self.root / "tmp")
        names = [f"/tmp/{file.name}" for file in debs("amd64")]
        self.inside("dpkg", "--install", *names)

    def build(self):
        shutil.copytree(TESTS, self.root / "src/tests/platforms")
        shutil.copytree(TESTS.parents[1] / "tools", self.root / "src/tools")
        cc = f"cd /src/tests/platforms && cc {' '.join(WARNINGS)}"
        self.inside("sh", "-c", f"{cc} exercise.c $(pkg-config --cflags --libs momo) -o /exercise")
        static = "$(pkg-config --static --cflags --libs momo | sed s/-lmomo/-l:libmomo.a/)"
        self.inside("sh", "-c", f"{cc} exercise.c {static} -o /exercise-static")
        static = "$(pkg-config --static --cflags --libs momo) -static"
        self.inside("sh", "-c", f"{cc} exercise.c {static} -o /exercise-fully-static")
        self.inside("sh", "-c", f"{cc} unload.c -ldl -o /unload")

    def inside(self, *words):
        return succeed(["chroot", self.root, *words], self.place)

    def command(self, program, *words):
        if program == "unload":
            words = ["libmomo.so.0", *words]
        # Which machine this is, the library reads in /proc.
        script = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
        inside = ["unshare", "--mount", "sh", "-c", script, str(self.root)]
        return [*inside, f"/{program}", *words]

    def name_server_file(self):
        return self.root / "etc/resolv.conf"

    def library(self):
        return self.root / "usr/lib/x86_64-linux-gnu/libmomo.so.0"

    def variables(self):
        return {}

    def prepare(self, ca):
        """Programs find all under the name that it has outside."""
        for path in (ca.parent, self.place):
            self.within(path).mkdir(parents=True, exist_ok=True)
        shutil.copy(ca, self.within(ca))
        scratch(self.within(self.place))

    def within(self, path):
        return self.root / path.relative_to("/")

    def properties(self):
        return [
            ("symbols", self.check_symbols),
            ("momo-token", self.check_tool),
            ("removed", self.check_removal),
        ]

    def check_tool(self):
        found = self.inside("momo-token", "--version")
        contents.expect(found, f"momo-token {VERSION}\n", "it prints")

    def check_symbols(self):
        contents.check_symbols(self.library().resolve(), self.root / "usr/lib/debug")

    def check_removal(self):
        """Nothing is left after a purge, and the packages can be installed again."""
        names = [f"/tmp/{file.name}" for file in debs("amd64")]
        self.inside("dpkg", "--purge", *PACKAGES)
        left = [str(path) for path in (self.root / "usr").rglob("*momo*")]
        contents.expect(left, [], "left behind")
        self.inside("dpkg", "--install", *names)
