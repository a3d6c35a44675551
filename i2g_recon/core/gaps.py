"""Runs of missing invoices: nothing arrived since, before or between two dates, so that the link is to blame.

Single missing invoices have their own reasons. When at least FEWEST sent invoices in a row, by date and number, are
missing in Xero, while what lies beside them arrived, they are one event: the connection was cut, or had not begun.
A day on which one invoice arrived belongs to no run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from i2g_recon.core.compared import Compared
from i2g_recon.core.invoice import State

FEWEST = 3  # two in a row happen by chance where one in ten is missing
KINDS = ("since", "before", "between", "all")


@dataclass(frozen=True, slots=True)
class Gap:
    """One run. kind: one of KINDS. first, last: ISO dates of its invoices. ids: its invoices, by date and id.

    amounts: currency to minor units.
    """

    kind: str
    first: str
    last: str
    ids: tuple[str, ...]
    amounts: tuple[tuple[str, int], ...]

    @property
    def words(self) -> str:
        """The run in one sentence with the question it raises.

        >>> Gap("since", "2026-05-03", "2026-06-01", ("a", "b", "c"), ()).words
        'Nothing arrived in Xero since 2026-05-03 (3 invoices): was the connection cut?'
        """
        many = f"{len(self.ids):,} invoices"
        return {
            "since": f"Nothing arrived in Xero since {self.first} ({many}): was the connection cut?",
            "before": f"Nothing up to {self.last} is in Xero ({many}): was the connection made later?",
            "between": f"Nothing from {self.first} to {self.last} is in Xero ({many}): was the connection cut then?",
            "all": f"None of the {many} from {self.first} to {self.last} is in Xero: is this the right organisation?",
        }[self.kind]


def gaps_of(compared: Compared) -> tuple[Gap, ...]:
    """The runs of missing invoices, oldest first. Unsent, voided, undated and left-out ones do not count."""
    bucket = compared.placed.source_bucket
    due = np.isin(bucket.astype(str), ["missing", "agrees", "differs", "ambiguous"])
    due &= compared.source["date"].notna().to_numpy(dtype=bool)
    due &= (compared.source["state"] != State.UNSENT).to_numpy(dtype=bool)
    if not (due & (bucket == "missing")).any():
        return ()
    days = compared.source["date"].to_numpy(dtype="datetime64[D]")[due]
    arrived = np.asarray(bucket[due] != "missing", dtype=bool)
    distinct, codes = np.unique(days, return_inverse=True)
    empty = np.bincount(codes, weights=arrived, minlength=len(distinct)) == 0  # days on which nothing arrived
    run = np.cumsum(np.concatenate([[True], empty[1:] != empty[:-1]])) - 1
    rows = pd.DataFrame(
        {
            "run": run[codes],
            "day": days,
            "id": compared.source["id"].to_numpy(dtype=object)[due],
            "currency": compared.source["currency"].to_numpy(dtype=object)[due],
            "minor": compared.source["total_minor"].to_numpy(dtype="int64")[due],
        }
    )[empty[codes]]
    last_run = int(run[-1])
    return tuple(
        gap_of(rows_of_run.sort_values(["day", "id"], kind="stable"), first=number == 0, last=number == last_run)
        for number, rows_of_run in rows.groupby("run", sort=True)
        if len(rows_of_run) >= FEWEST
    )


def gap_of(rows: pd.DataFrame, *, first: bool, last: bool) -> Gap:
    """One run from its rows; first, last: no dated invoice lies before, after it."""
    kind = {(True, True): "all", (True, False): "before", (False, True): "since", (False, False): "between"}
    amounts = rows.groupby("currency", sort=True)["minor"].sum()
    return Gap(
        kind=kind[first, last],
        first=str(rows["day"].iloc[0].date()),
        last=str(rows["day"].iloc[-1].date()),
        ids=tuple(rows["id"]),
        amounts=tuple((str(currency), int(minor)) for currency, minor in amounts.items()),
    )
