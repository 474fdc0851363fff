"""What scripts/languages.py is made of, and the other checks in this folder's parent."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What a release has, by the platform's name: Rust's target, and where the shared library is.
PLATFORMS = {
    name: (target, library)
    for line in (ROOT / "scripts/platforms").read_text().splitlines()
    if not line.startswith("#")
    for name, target, library in [line.split()[:3]]
}
VERSION = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
