"""Where recorded results are, and what is written of them."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benches/results.json"
PAGE = ROOT / "docs/performance.md"
README = ROOT / "README.md"


def results():
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
