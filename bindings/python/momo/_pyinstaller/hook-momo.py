"""The library, which no import names: beside the modules, where they look for it."""

from pathlib import Path

binaries = [(str(path), "momo") for path in Path(__file__).parents[1].glob("*momo.*")]
