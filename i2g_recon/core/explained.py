"""Every differing pair explained: the parts of all of them as one frame.

Pairs with lines on both sides are walked all at once (`walks`), those without are settled by their totals (`totals`);
the few that neither can settle are walked one by one (`causes`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from i2g_recon.core.causes import CAUSES, UNKNOWN, explain
from i2g_recon.core.compare import Outcome, same_currency
from i2g_recon.core.compared import Compared
from i2g_recon.core.effects import Part
from i2g_recon.core.frame import record
from i2g_recon.core.invoice import Invoice, LineAmountTypes
from i2g_recon.core.line_runs import Runs
from i2g_recon.core.money import to_minor
from i2g_recon.core.pairs import Pairs, View
from i2g_recon.core.totals import without_source_lines, without_target_lines
from i2g_recon.core.walk_rows import Rows, sides_rows
from i2g_recon.core.walks import Ends, walk_all

AMOUNT_FIELDS = ("total", "subtotal", "tax", "lines")
PART_COLUMNS = {
    "pair": "int64",  # position of the pair
    "cause": "object",
    "amount_minor": "int64",  # of the total; the parts of a pair add up to its delta
    "tax_minor": "int64",  # likewise of the tax
    "taxed": "bool",  # both sides state a tax; else tax_minor says nothing
    "line": "int64",  # row of the source's line frame, or -1
    "other": "int64",  # row of the target's line frame, or -1
    "was_e4": "int64",  # quantity, price or rate before and after
    "now_e4": "int64",
}


def parts_of(pairs: Pairs, found: Mapping[str, Outcome]) -> pd.DataFrame:
    """The parts of every pair in one currency whose amounts or lines differ: PART_COLUMNS, by pair."""
    differing = np.zeros(len(pairs), dtype=bool)
    for name in AMOUNT_FIELDS:
        if name in found:
            differing |= found[name].differs
    differing &= same_currency(pairs)
    left, right = pairs.source_runs.counts > 0, pairs.target_runs.counts > 0
    plain = differing & left
    plain[plain] = replayable(pairs, np.flatnonzero(plain))
    frames, others = [parts_frame(dict.fromkeys(PART_COLUMNS, ()))], differing & left & ~plain
    for way, mask in ((by_lines, plain & right), (by_source_lines, plain & ~right), (by_totals, differing & ~left)):
        if mask.any():
            parts, unsure = way(pairs, mask)
            frames.append(parts)
            others = others | unsure
    if others.any():
        frames.append(one_by_one(pairs, others))
    return pd.concat(frames, ignore_index=True).sort_values("pair", kind="stable", ignore_index=True)


def parts_frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Columns as a frame of PART_COLUMNS."""
    return pd.DataFrame({name: columns[name] for name in PART_COLUMNS}).astype(PART_COLUMNS)


def gaps(pairs: Pairs, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per pair at the positions: delta of the total, delta of the tax (0 where not stated), both taxes stated."""
    source, target = pairs.source.rows(at), pairs.target.rows(at)
    taxed = (source["tax_minor"].notna() & target["tax_minor"].notna()).to_numpy(dtype=bool)
    amount, tax = (
        target[name].fillna(0).to_numpy(dtype="int64") - source[name].fillna(0).to_numpy(dtype="int64")
        for name in ("total_minor", "tax_minor")
    )
    return amount, np.where(taxed, tax, 0), taxed


# --- All at once


def replayable(pairs: Pairs, at: np.ndarray) -> np.ndarray:
    """Which pairs at the positions have no discount on the whole document and no prices of two kinds."""
    plain = (pairs.source.few("discount_minor", at) == 0).to_numpy(dtype=bool)
    for side in (pairs.source, pairs.target):
        plain = plain & (side.few("line_amount_types", at) != LineAmountTypes.MIXED).to_numpy(dtype=bool)
    return plain


def by_lines(pairs: Pairs, wanted: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """The parts of the pairs of a mask by the lines of both sides, and a mask of those to be walked one by one."""
    left, right = rows_of_sides(pairs, wanted)
    ends = ends_of(pairs, wanted)
    return settled(wanted, ends, *walk_all(left, right, ends))


def by_source_lines(pairs: Pairs, wanted: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """The same where the target has no lines."""
    left, _ = rows_of_sides(pairs, wanted)
    ends = ends_of(pairs, wanted)
    return settled(wanted, ends, *without_target_lines(left, ends))


def by_totals(pairs: Pairs, wanted: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """The same where the source has no lines."""
    ends = ends_of(pairs, wanted)
    return settled(wanted, ends, without_source_lines(ends), np.zeros(len(ends.amount), dtype=bool))


def settled(wanted: np.ndarray, ends: Ends, parts: pd.DataFrame, unsure: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """Parts in the order of their pairs, positions for numbers; and the pairs that stay open as a mask of all."""
    at = np.flatnonzero(wanted)
    open_ones = np.zeros(len(wanted), dtype=bool)
    open_ones[at[unsure]] = True
    own = parts[~unsure[parts["pair"]]].sort_values(["pair", "order"], kind="stable")
    taxed = ends.taxed[own["pair"]]
    tax = np.where(taxed, own["tax_minor"], 0)
    return parts_frame(own.assign(pair=at[own["pair"]], taxed=taxed, tax_minor=tax)), open_ones


def rows_of_sides(pairs: Pairs, wanted: np.ndarray) -> tuple[Rows, Rows]:
    """The lines of both sides of the pairs of a mask."""
    frames, runs = (pairs.source_lines, pairs.target_lines), (pairs.source_runs, pairs.target_runs)
    return sides_rows(frames, runs, wanted, pairs.source.few("currency", np.flatnonzero(wanted)))


def ends_of(pairs: Pairs, wanted: np.ndarray) -> Ends:
    """What the invoices of the pairs of a mask state."""
    at = np.flatnonzero(wanted)
    source, target = pairs.source.rows(at), pairs.target.rows(at)
    amount, tax, taxed = gaps(pairs, at)
    return Ends(
        source_types=source["line_amount_types"].to_numpy(dtype=object),
        target_types=target["line_amount_types"].to_numpy(dtype=object),
        amount=amount,
        tax=tax,
        taxed=taxed,
        target_total=target["total_minor"].to_numpy(dtype="int64"),
        target_tax=target["tax_minor"].fillna(0).to_numpy(dtype="int64"),
        target_taxed=target["tax_minor"].notna().to_numpy(dtype=bool),
    )


# --- One by one


def one_by_one(pairs: Pairs, wanted: np.ndarray) -> pd.DataFrame:
    """The pairs of a mask, each walked as records."""
    left = side_records(pairs.source, pairs.source_lines, pairs.source_runs, wanted)
    right = side_records(pairs.target, pairs.target_lines, pairs.target_runs, wanted)
    rows = [
        part_row(n, part, source, source_rows, target_rows)
        for (n, source, source_rows), (_, target, target_rows) in zip(left, right, strict=True)
        for part in with_tax_stated(source, target)
    ]
    return parts_frame(pd.DataFrame(rows, columns=list(PART_COLUMNS)))


def with_tax_stated(source: Invoice, target: Invoice) -> Iterator[tuple[Part, bool]]:
    """The parts of a pair, and whether their taxes mean anything."""
    taxed = source.tax is not None and target.tax is not None
    for part in explain(source, target):
        yield part, taxed


def side_records(
    side: View, lines: pd.DataFrame, runs: Runs, wanted: np.ndarray
) -> Iterator[tuple[int, Invoice, Sequence[int]]]:
    """The wanted pairs of one side: position, record, and the row of each of its lines."""
    rows, owner = runs.rows_of(wanted)
    position = lines["position"].to_numpy()[rows]
    order = np.lexsort((position, owner))
    rows, owner = rows[order], owner[order]
    own_lines = lines.iloc[rows].to_dict("records")
    at = np.flatnonzero(wanted)
    ends = np.searchsorted(owner, at, side="right").tolist()
    starts = np.searchsorted(owner, at, side="left").tolist()
    for n, row, start, end in zip(at.tolist(), side.rows(at).to_dict("records"), starts, ends, strict=True):
        yield n, record(row, own_lines[start:end]), rows[start:end].tolist()


def part_row(
    n: int, told: tuple[Part, bool], source: Invoice, source_rows: Sequence[int], target_rows: Sequence[int]
) -> tuple[Any, ...]:
    """One part as a row of PART_COLUMNS."""
    part, taxed = told
    return (
        n,
        part.cause,
        to_minor(part.effect.amount, source.currency),
        to_minor(part.effect.tax, source.currency) if taxed else 0,
        taxed,
        -1 if part.line is None else source_rows[part.line],
        -1 if part.other is None else target_rows[part.other],
        tenthousandths(part.was),
        tenthousandths(part.now),
    )


def tenthousandths(value: Decimal) -> int:
    """A quantity, price or rate as frames hold it."""
    return int(value.scaleb(4))


def chief_causes(parts: pd.DataFrame) -> dict[int, str]:
    """By position of the pair the cause that moves most, by total, then by tax."""
    if parts.empty:
        return {}
    order = {name: place for place, name in enumerate(CAUSES)}
    sums = parts.groupby(["pair", "cause"], as_index=False, sort=False)[["amount_minor", "tax_minor"]].sum()
    ranked = sums.assign(
        amount=-sums["amount_minor"].abs(), tax=-sums["tax_minor"].abs(), place=sums["cause"].map(order)
    ).sort_values(["pair", "amount", "tax", "place"], kind="stable")
    first = ranked.drop_duplicates("pair")
    return dict(zip(first["pair"].tolist(), first["cause"].tolist(), strict=True))


def unknown_of(compared: Compared) -> pd.DataFrame:
    """Unexplained parts per currency: currency, count of pairs, amount_minor, absolute_minor (signs left out)."""
    outside = compared.placed.source_bucket[compared.pairing.source_pairs] == "excluded"
    own = compared.parts[(compared.parts["cause"] == UNKNOWN) & ~outside[compared.parts["pair"]].astype(bool)]
    amounts = own["amount_minor"].to_numpy()
    told = pd.DataFrame(
        {
            "currency": compared.pairs.source.few("currency", own["pair"].to_numpy()).to_numpy(dtype=object),
            "count": np.ones(len(own), dtype="int64"),
            "amount_minor": amounts,
            "absolute_minor": np.abs(amounts),
        }
    )
    return told.groupby("currency", as_index=False, sort=True).sum()
