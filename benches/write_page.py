#!/usr/bin/env python3
"""Writes docs/performance.md and its charts from the recorded results.

For a change of text, form or charts: nothing is measured. The charts need matplotlib.
"""

import sys

sys.dont_write_bytecode = True  # the source tree stays as it was checked out

from report import page, recorded  # noqa: E402


def write():
    results = recorded.results()
    recorded.PAGE.write_text(page.text(results))
    if results:
        from report import charts

        charts.draw(results, recorded.PAGE.parent)


if __name__ == "__main__":
    write()
