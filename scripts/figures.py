"""The table in which measure*.py tell what they measured, beside what was wanted. Standard library only."""

import os
import sys
from datetime import date


class Table:
    """Rows of Markdown; each is also shown when it is known, since the whole takes minutes."""

    def __init__(self, *columns):
        self.columns, self.rows, self.missed = columns or ("what", "measured", "target", "met"), [], []

    def row(self, what, measured, target="", met=True):
        """A row without a target is told only."""
        self.cells(what, measured, target or "told only", "" if not target else "yes" if met else "**no**")
        if not met:
            self.missed.append(what)

    def cells(self, *cells):
        self.rows.append(f"| {' | '.join(map(str, cells))} |")
        print(self.rows[-1], file=sys.stderr)

    def print(self, how):
        """To standard output, after a sentence that says how it was measured."""
        print(f"Measured {date.today()} on {os.cpu_count()} cores {how}\n")
        print(f"| {' | '.join(self.columns)} |\n|{'---|' * len(self.columns)}")
        print("\n".join(self.rows))

    def end(self, how):
        """With 1 when a target was missed."""
        self.print(how)
        sys.exit(1 if self.missed else 0)
