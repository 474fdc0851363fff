"""What scripts/check-dist.py is made of."""

import json

from language_checks import PLATFORMS, ROOT, VERSION

__all__ = ["PLATFORMS", "RELEASE", "ROOT", "SCENARIOS", "TESTS", "VERSION"]

RELEASE = ROOT / "build/release"
TESTS = ROOT / "tests/platforms"
SCENARIOS = json.loads((TESTS / "scenarios.json").read_text())
