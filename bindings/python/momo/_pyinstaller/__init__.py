"""Where PyInstaller finds what momo needs: by the wheel's entry point."""

from pathlib import Path


def hook_dirs() -> list[str]:
    return [str(Path(__file__).parent)]
