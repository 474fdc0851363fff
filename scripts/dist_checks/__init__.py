"""What scripts/check-dist.py is made of."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RELEASE = ROOT / "build/release"
TESTS = ROOT / "tests/platforms"
VERSION = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
SCENARIOS = json.loads((TESTS / "scenarios.json").read_text())
