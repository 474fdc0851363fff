"""A package as it was installed, with the programs that use it: what a check runs."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Installed:
    """It takes the place of a language_checks.language.Language in language_checks.checks."""

    name: str  # of the C library: glibc or musl
    folder: Path  # where programs run: outside of the source tree
    get_token: list = ()  # the commands of the two programs of bindings/
    exercise: list = ()
    variables: dict = field(default_factory=dict)  # what users set, too: GEM_HOME, CLASSPATH
    rows: list = field(default_factory=list)  # scenarios of this package alone
    emulated: bool = False  # its processor is

    def get(self, name):
        return {"get_token": self.get_token, "exercise": self.exercise}[name]

    def environment(self):
        """Where programs are, and nothing that helps to find libmomo."""
        return {
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
        } | self.variables

    def expand(self, words):
        return words


def rows_on(where, table, names, command, suffix, **variables):
    """The rows of these names for an interpreter of another platform: `command` before a program."""
    for row in table:
        if row["name"] in names:
            program = row.get("program", "exercise") + suffix
            own = {"command": [*command, program], "env": row.get("env", {}) | variables}
            yield row | own | {"name": f"{row['name']} on {where}"}


def copy(files, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copy(file, folder)


def replace(file, old, new):
    """In a program's copy: how it names the wrapper."""
    text = file.read_text()
    if old not in text:
        raise ValueError(f"{file.name} has no {old}")
    file.write_text(text.replace(old, new))
