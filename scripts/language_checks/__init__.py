"""What scripts/languages.py is made of."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
