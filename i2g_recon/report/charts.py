"""The charts: the penny bridge as a waterfall, and the course of what needs a person.

The bridge leads from Invoice2go's total over each reason to Xero's, one chart per currency. Each chart is drawn with a
single mark so that screen readers meet one image with one description. Bars stand on integers in minor units; only
their axis is written in major units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from i2g_recon.core.money import D, exponent, money_text, to_minor
from i2g_recon.core.reasons import REASONS

COLOURS = {"total": "#15803D", "up": "#2563EB", "down": "#C2410C", "unexplained": "#DC2626"}
STEP_COLUMNS = ["label", "count", "amount_minor", "begin_minor", "end_minor", "kind"]
BAR_PX, AXIS_PX, COURSE_PX = 24, 70, 120
CUT_WHEN = 3  # the axis leaves zero when the totals are this many times as long as all the movements


def bridge_steps(total: Mapping[str, Any]) -> pd.DataFrame:
    """One currency of a run's `totals` as bars: STEP_COLUMNS, amounts in minor units.

    The first row is the source total, the last the target total. A remainder nobody explains gets a bar of its own.
    """
    currency = total["currency"]
    level = to_minor(D(total["source"]), currency)
    rows: list[tuple[str, int | None, int, int, int, str]] = [("Invoice2go", None, level, 0, level, "total")]
    moves = [(REASONS.get(step["reason"], step["reason"]), step["count"], step["amount"]) for step in total["bridge"]]
    if D(total["unexplained"]):
        moves.append(("Unexplained", None, total["unexplained"]))
    for label, count, text in moves:
        amount = to_minor(D(text), currency)
        kind = "unexplained" if count is None else "up" if amount > 0 else "down"
        rows.append((label, count, amount, level, level + amount, kind))
        level += amount
    target = to_minor(D(total["target"]), currency)
    rows.append(("Xero", None, target, 0, target, "total"))
    return pd.DataFrame(rows, columns=STEP_COLUMNS).astype({"count": "Int64"})


def bridge_chart(total: Mapping[str, Any]) -> alt.Chart:
    """The waterfall of one currency of a run's `totals`. The drawing fits any width."""
    steps = bridge_steps(total)
    currency = str(total["currency"])
    lowest, highest = axis_ends(steps)
    drawn = steps.assign(
        place=range(len(steps)),
        amount=[money_text(int(minor), currency) for minor in steps["amount_minor"]],
        begin_minor=steps["begin_minor"].clip(lower=lowest),
    )
    axis = alt.Axis(labelExpr=f"format(datum.value / {10 ** exponent(currency)}, ',.0f')", tickCount=5, grid=True)
    cut = "" if lowest <= 0 else ", not from zero"
    return (
        alt.Chart(drawn, height=BAR_PX * len(drawn) + AXIS_PX)
        .mark_bar(clip=True)
        .encode(
            y=alt.Y("label:N", sort=list(drawn["label"]), title=None, axis=alt.Axis(labelLimit=420, ticks=False)),
            x=alt.X("begin_minor:Q", title=f"{currency}{cut}", axis=axis, scale=alt.Scale(domain=[lowest, highest])),
            x2="end_minor:Q",
            color=alt.Color("kind:N", legend=None, scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))),
            tooltip=[
                alt.Tooltip("label:N", title="Reason"),
                alt.Tooltip("amount:N", title="Amount"),
                alt.Tooltip("count:Q", title="Invoices"),
            ],
        )
    )


def axis_ends(steps: pd.DataFrame) -> tuple[int, int]:
    """Where the axis begins and ends in minor units: at zero, unless that would make the movements too small to see."""
    levels = [*steps["end_minor"], *steps["begin_minor"].iloc[1:-1]]
    lowest, highest = min(levels), max(levels)
    room = max((highest - lowest) // 8, 1)
    if lowest > CUT_WHEN * (highest - lowest):
        return lowest - room, highest + room
    return min(0, lowest - room if lowest < 0 else 0), max(0, highest + room)


def course_chart(numbers: Sequence[int]) -> alt.Chart:
    """A bar for each comparison of the past, the newest on the right."""
    drawn = pd.DataFrame({"place": range(1, len(numbers) + 1), "number": list(numbers)})
    return (
        alt.Chart(drawn, height=COURSE_PX)
        .mark_bar(color=COLOURS["up"], size=16)
        .encode(
            x=alt.X("place:O", title="Comparisons, the newest on the right", axis=alt.Axis(labels=False, ticks=False)),
            y=alt.Y("number:Q", title="Need you", axis=alt.Axis(tickCount=3, tickMinStep=1, format=",.0f")),
            tooltip=[alt.Tooltip("number:Q", title="Need you", format=",.0f")],
        )
    )


def bridge_words(total: Mapping[str, Any]) -> str:
    """The same as a sentence, for those who cannot see the chart."""
    currency = str(total["currency"])

    def money(text: str) -> str:
        return money_text(to_minor(D(text), currency), currency)

    moves = [f"{REASONS.get(step['reason'], step['reason'])} {money(step['amount'])}" for step in total["bridge"]]
    between = "; ".join(moves) or "no differences"
    return (
        f"From Invoice2go {money(total['source'])} to Xero {money(total['target'])}: {between}. "
        f"Unexplained {money(total['unexplained'])}."
    )
