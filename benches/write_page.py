#!/usr/bin/env python3
"""Writes docs/performance.md, its charts and README.md's figures of the recorded results.

After a change of their text, their form or their charts: nothing is measured. Charts want matplotlib.
"""

import sys

sys.dont_write_bytecode = True  # the source tree stays as it was checked out

from report import page, readme, recorded  # noqa: E402


def write():
    results = recorded.results()
    recorded.PAGE.write_text(page.text(results))
    if results:
        from report import charts

        readme.write(results)
        charts.draw(results, recorded.PAGE.parent)


if __name__ == "__main__":
    write()
