"""What the comparisons share: servers, programs, timing."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Where scripts/bench.sh puts the programs, and where results go.
OUT = ROOT / "build/bench"

sys.path.append(str(ROOT / "scripts"))  # of which the mock gateway is taken
