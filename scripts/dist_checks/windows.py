"""The archive for Windows, under wine."""

import os
import re
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
    architecture = None
    static_programs = ()
    debian = ["gcc-mingw-w64-x86-64", "wine64", "wine", "lld", "clang", "unzip", "cmake"]

    def __init__(self, place):
        super().__init__(place)
        self.prefix = place / "prefix"

    def unpack(self):
        succeed(["unzip", "-q", RELEASE / f"{self.folder.name}.zip"], self.place)

    def build(self):
        words = self.pkg_config("--cflags", "--libs")
        self.compile("exercise.exe", "exercise.c", words)
        self.compile("unload.exe", "unload.c", words[:1])
        self.compile("trust.exe", "trust.c", ["-lcrypt32"])
        shutil.copy(self.folder / "bin/momo.dll", self.library())
        # Windows 10 has this library, and wine has it since 9.0.
        words = ["-shared", "-ladvapi32"]
        self.compile("bcryptprimitives.dll", "bcryptprimitives.c", words)
        succeed(["wine", "wineboot", "--init"], self.place, self.environment())
        # Some of the system's own programs still write to it then.
        succeed(["wineserver", "--wait"], self.place, self.environment())

    def check_microsoft_s_linker(self):
        """A program that is linked as Microsoft's linker does it, with the import library for it."""
        clang = ["clang", "--target=x86_64-pc-windows-msvc", "-ffreestanding", "-O2", "-c"]
        include = f"-I{self.folder / 'include'}"
        succeed([*clang, include, TESTS / "version.c", "-o", "version.obj"], self.place)
        lld = ["lld-link", "/nologo", "/nodefaultlib", "/entry:start", "/subsystem:console"]
        succeed([*lld, "version.obj", self.folder / "lib/momo.lib", "/out:version.exe"], self.place)
        succeed(["wine", str(self.place / "version.exe")], self.place, self.environment())

    def check_cmake(self):
        """A project that finds the archive by CMake."""
        project = self.place / "project"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.16)\nproject(shop C)\nfind_package(momo REQUIRED)\n"
            f"add_executable(shop {TESTS / 'exercise.c'})\ntarget_link_libraries(shop momo::momo)\n"
        )
        where = f"-Dmomo_DIR={self.folder / 'lib/cmake/momo'}"
        cross = ["-DCMAKE_SYSTEM_NAME=Windows", f"-DCMAKE_C_COMPILER={self.compiler[0]}"]
        succeed(["cmake", "-S", ".", "-B", "build", where, *cross], project)
        succeed(["cmake", "--build", "build"], project)

    def check_arguments(self):
        """momo-token takes UTF-8, whatever the code page of the machine is."""
        token = shutil.copy(self.folder / "bin/momo-token.exe", self.place)
        environment = self.environment() | {"LC_ALL": "C.UTF-8"}
        words = ["wine", token, "--option", "caf\u00e9=1"]
        done = subprocess.run(words, env=environment, capture_output=True, check=False)
        said = done.stderr.decode(errors="replace")
        contents.expect("there is no option" in said, True, f"the argument ({said})")

    def check_symbols(self):
        """What knows the lines of the source for an address in the DLL."""
        debug = self.symbols() / "momo.dll.debug"
        contents.check_builder(debug, debug.name)
        table = succeed(["x86_64-w64-mingw32-nm", debug], self.place)
        address = re.search(r"^([0-9a-f]+) \w momo_get_token$", table, re.M)[1]
        line = succeed(["x86_64-w64-mingw32-addr2line", "--exe", debug, address], self.place)
        contents.expect(line.startswith("/libmomo/src/ffi/"), True, f"line: {line}")

    def check_resource(self):
        """What Explorer shows."""
        lines = f"FILEVERSION {VERSION.replace('.', ', ')}, 0", '"ProductName", "libmomo"'
        for file in (self.library(), self.folder / "bin/momo-token.exe"):
            words = ["x86_64-w64-mingw32-windres", "-J", "coff", "-O", "rc", file]
            found = succeed(words, self.place)
            for line in lines:
                contents.expect(line in found, True, f"{line} in {file.name}")

    def properties(self):
        return [
            ("linker's tables", lambda: contents.check_dll(self.library())),
            ("version resource", self.check_resource),
            ("arguments", self.check_arguments),
            ("symbols", self.check_symbols),
            ("CMake", self.check_cmake),
            ("Microsoft's linker", self.check_microsoft_s_linker),
            *self.papers(),
        ]

    def program(self, name):
        return self.place / f"{name}.exe"

    def runner(self):
        return ["wine"]

    def library(self):
        return self.place / "momo.dll"

    def environment(self):
        return os.environ | self.variables()

    def variables(self):
        return {"WINEPREFIX": str(self.prefix), "WINEDEBUG": "-all"} | NO_ADDITIONS

    def shown(self, path):
        return "Z:" + str(path).replace("/", "\\")

    def prepare(self, ca):
        super().prepare(ca)
        der = ["-outform", "DER", "-out", self.place / "ca.der"]
        succeed(["openssl", "x509", "-in", ca, *der], self.place)

    def trust(self, _):
        words = ["wine", self.place / "trust.exe", self.place / "ca.der"]
        succeed(words, self.place, self.environment())
        return {}

    def close(self):
        # The server of this prefix alone, which outlives the programs.
        subprocess.run(["wineserver", "--kill"], env=self.environment(), check=False)
