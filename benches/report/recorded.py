"""The recorded results, and the page that is written from them."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benches/results.json"
PAGE = ROOT / "docs/performance.md"


def results():
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def beside(described):
    """The recorded results, for a case that is recorded anew; `described` is where that runs."""
    before = results()
    others = [name for name, value in described.items() if before.get(name) != value]
    if others:
        sys.exit(
            f"the recorded results differ from this run in {', '.join(others)}; "
            "record a whole run"
        )
    return before
