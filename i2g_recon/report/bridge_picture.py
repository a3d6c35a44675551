"""The bridge as a drawing inside a notebook: plain SVG, so that it is seen and printed without a connection.

The pages draw the same steps with a chart library whose notebook form loads its program from the internet; an audit of
two files must not depend on that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from i2g_recon.core.money import money_text
from i2g_recon.report.charts import COLOURS, axis_ends, bridge_steps, bridge_words

LABELS_PX, BARS_PX, AMOUNTS_PX, ROW_PX = 400, 380, 160, 24
WIDTH_PX = LABELS_PX + BARS_PX + AMOUNTS_PX
FONT = 'font-family="sans-serif" font-size="13" fill="currentColor"'


@dataclass(frozen=True, eq=False)
class BridgePicture:
    """The waterfall of one currency of a run's `totals`, which a notebook shows by itself."""

    total: Mapping[str, Any]

    def _repr_html_(self) -> str:
        return self.svg()

    def svg(self) -> str:
        """One row per step: its words, its bar, its amount."""
        steps = bridge_steps(self.total)
        lowest, highest = axis_ends(steps)
        currency = str(self.total["currency"])
        rows = [row(place, step, currency, lowest, highest) for place, step in enumerate(steps.to_dict("records"))]
        size = f'viewBox="0 0 {WIDTH_PX} {ROW_PX * len(rows)}" width="{WIDTH_PX}"'
        words = escape(bridge_words(self.total))
        return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{words}" {size}>{"".join(rows)}</svg>'


def row(place: int, step: Mapping[str, Any], currency: str, lowest: int, highest: int) -> str:
    """One step; an amount of nothing still shows a line."""
    ends = (max(step["begin_minor"], lowest), step["end_minor"])
    left, right = (LABELS_PX + (end - lowest) * BARS_PX // max(highest - lowest, 1) for end in (min(ends), max(ends)))
    top = place * ROW_PX
    size = f'width="{max(right - left, 1)}" height="{ROW_PX - 8}"'
    bar = f'<rect x="{left}" y="{top + 4}" {size} fill="{COLOURS[step["kind"]]}"/>'
    label = f'<text x="{LABELS_PX - 10}" y="{top + 16}" text-anchor="end" {FONT}>{escape(step["label"])}</text>'
    amount = escape(money_text(int(step["amount_minor"]), currency))
    return f'{label}{bar}<text x="{WIDTH_PX}" y="{top + 16}" text-anchor="end" {FONT}>{amount}</text>'
