"""Several imports as one side: the copy changed last wins, and what the newest export lacks is marked."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import permutations

import pandas as pd
from fixtures_workspace import MORNING, sale

from i2g_recon.core.frame import Invoices
from i2g_recon.core.reconcile import reconcile
from i2g_recon.invoice2go.reader import read_export
from i2g_recon.jobs.source import merge, still_exported
from i2g_recon.sandbox.i2g_export import ExportInvoice, csv_bytes

LATER, LAST = MORNING + dt.timedelta(days=3), MORNING + dt.timedelta(days=6)


def side(*sales: ExportInvoice) -> Invoices:
    return read_export(csv_bytes(sales), "x_invoice.csv")


def shown(merged: Invoices) -> dict[str, tuple[int, bool]]:
    """Number to total in cents and the mark."""
    frame = merged.invoices
    columns = (frame[name].tolist() for name in ("number", "total_minor", "no_longer_exported"))
    return {number: (total, marked) for number, total, marked in zip(*columns, strict=True)}


def test_no_import_is_an_empty_side() -> None:
    assert len(merge([]).invoices) == len(merge([]).lines) == 0


def test_one_import_is_itself() -> None:
    only = side(sale("T-1"))
    assert merge([only]) is only


def test_the_copy_changed_last_wins_in_whatever_order_they_came() -> None:
    old, new = side(sale("T-1", "100"), sale("T-2")), side(replace(sale("T-1", "150"), updated=LATER), sale("T-2"))
    for order in permutations([old, new]):
        assert shown(merge(list(order))) == {"T-1": (16500, False), "T-2": (11000, False)}


def test_lines_come_with_the_copy_that_won() -> None:
    old, new = side(sale("T-1", "100")), side(replace(sale("T-1", "150"), updated=LATER))
    merged = merge([old, new])
    assert len(merged.lines) == 1
    assert set(merged.lines["invoice_id"]) == set(merged.invoices["id"])


def test_a_row_the_newest_export_lacks_is_marked_not_dropped() -> None:
    old = side(sale("T-1"), sale("T-2"))
    new = side(replace(sale("T-1"), updated=LATER))
    for order in permutations([old, new]):
        assert shown(merge(list(order))) == {"T-1": (11000, False), "T-2": (11000, True)}


def test_a_row_that_came_back_is_no_longer_marked() -> None:
    first, second = side(sale("T-1"), sale("T-2")), side(replace(sale("T-1"), updated=LATER))
    third = side(replace(sale("T-1"), updated=LAST), sale("T-2"))
    assert shown(merge([third, second, first])) == {"T-1": (11000, False), "T-2": (11000, False)}


def test_accounts_do_not_speak_for_each_other() -> None:
    one, other = side(sale("T-1")), side(replace(sale("U-1", account_id="50817999"), updated=LATER))
    assert not any(marked for _, marked in shown(merge([other, one])).values())
    assert still_exported([one, other]) == set(one.invoices["id"]) | set(other.invoices["id"])


def test_row_order_and_arguments_are_left_alone() -> None:
    old, new = side(sale("T-1"), sale("T-2")), side(replace(sale("T-2", "7"), updated=LATER), sale("T-1"))
    before = old.invoices.copy(deep=True)
    forward, backward = merge([new, old]), merge([old, new])
    pd.testing.assert_frame_equal(old.invoices, before)
    pd.testing.assert_frame_equal(
        forward.invoices.sort_values("id", ignore_index=True), backward.invoices.sort_values("id", ignore_index=True)
    )


def test_a_refused_row_of_the_newest_export_outlives_an_older_file() -> None:
    bad = replace(sale("T-2"), updated=LATER, cells={"TotalAmount": "1,234.50"})
    newest = side(replace(sale("T-1"), updated=LATER), sale("T-3"), sale("T-4"), bad)
    older = side(sale("T-1"), sale("T-3"), sale("T-4"))
    assert [error.refused for error in newest.row_errors] == [True]
    for order in permutations([newest, older]):
        merged = merge(list(order))
        assert merged.row_errors == newest.row_errors
        assert merged.origin.rows == len(merged.invoices) + 1
        assert reconcile(merged, merged).verdict == "needs_a_person"
