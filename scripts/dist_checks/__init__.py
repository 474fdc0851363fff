"""What scripts/check-dist.py is made of."""

import json

from language_checks import ROOT, VERSION

__all__ = ["RELEASE", "ROOT", "SCENARIOS", "TESTS", "VERSION"]

RELEASE = ROOT / "build/release"
TESTS = ROOT / "tests/platforms"
SCENARIOS = json.loads((TESTS / "scenarios.json").read_text())
