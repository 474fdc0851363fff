"""The archive for Windows, under wine."""

import os
import shutil
import subprocess

from language_checks.checks import succeed

from . import RELEASE, TESTS, VERSION, contents
from .platform import Platform

# Wine offers to fetch a runtime of .NET and a browser.
NO_ADDITIONS = {"WINEDLLOVERRIDES": "mscoree,mshtml="}


class Windows(Platform):
    name = archive = "x86_64-windows"
    compiler = ["x86_64-w64-mingw32-gcc"]
    has_static = False
    has_links = False  # wine shows those of this machine as what they lead to, and makes no others
    debian = ["gcc-mingw-w64-x86-64", "wine64", "wine", "lld", "clang", "unzip"]

    def __init__(self, place):
        super().__init__(place)
        self.prefix = place / "prefix"

    def unpack(self):
        succeed(["unzip", "-q", RELEASE / f"{self.folder.name}.zip"], self.place)

    def build(self):
        words = [f"-I{self.folder / 'include'}", f"-L{self.folder / 'lib'}", "-lmomo"]
        self.compile("exercise.exe", "exercise.c", words)
        self.compile("unload.exe", "unload.c", words[:1])
        self.compile("trust.exe", "trust.c", ["-lcrypt32"])
        self.compile("properties.exe", "properties.c", ["-lversion"])
        shutil.copy(self.folder / "bin/momo.dll", self.library())
        # Windows 10 has this library, and wine has it since 9.0.
        words = ["-shared", "-ladvapi32"]
        self.compile("bcryptprimitives.dll", "bcryptprimitives.c", words)
        succeed(["wine", "wineboot", "--init"], self.place, os.environ | self.variables())

    def check_microsoft_s_linker(self):
        """A program that is linked as Microsoft's linker does it, with the import library for it."""
        clang = ["clang", "--target=x86_64-pc-windows-msvc", "-ffreestanding", "-O2", "-c"]
        include = f"-I{self.folder / 'include'}"
        succeed([*clang, include, TESTS / "version.c", "-o", "version.obj"], self.place)
        lld = ["lld-link", "/nologo", "/nodefaultlib", "/entry:start", "/subsystem:console"]
        succeed([*lld, "version.obj", self.folder / "lib/momo.lib", "/out:version.exe"], self.place)
        environment = os.environ | self.variables()
        succeed(["wine", str(self.place / "version.exe")], self.place, environment)

    def check_resource(self):
        words = ["wine", str(self.place / "properties.exe"), self.shown(self.library())]
        found = succeed(words, self.place, os.environ | self.variables()).split()
        contents.expect(found, ["libmomo", VERSION], "version resource")

    def check_sbom(self):
        contents.check_sbom(self.archive, {"bin/momo.dll": self.library()})

    def properties(self):
        return [
            ("linker's tables", lambda: contents.check_dll(self.library())),
            ("paths", lambda: contents.check_paths(self.folder)),
            ("bill of materials", self.check_sbom),
            ("version resource", self.check_resource),
            ("Microsoft's linker", self.check_microsoft_s_linker),
        ]

    def program(self, name):
        return self.place / f"{name}.exe"

    def runner(self):
        return ["wine"]

    def library(self):
        return self.place / "momo.dll"

    def variables(self):
        return {"WINEPREFIX": str(self.prefix), "WINEDEBUG": "-all"} | NO_ADDITIONS

    def shown(self, path):
        return "Z:" + str(path).replace("/", "\\")

    def trust(self, ca):
        certificate = self.place / "ca.der"
        succeed(["openssl", "x509", "-in", ca, "-outform", "DER", "-out", certificate], self.place)
        environment = os.environ | self.variables()
        succeed(["wine", str(self.place / "trust.exe"), str(certificate)], self.place, environment)
        return {}

    def close(self):
        # The server of this prefix alone, which outlives the programs.
        environment = os.environ | self.variables()
        subprocess.run(["wineserver", "--kill"], env=environment, check=False)
