"""The canonical workload: N invoices on each side with every kind of trouble in known shares, made without a loop.

2 % of each side have no partner, 3 % of the pairs differ in one field, 0.5 % of the numbers repeat, 2 % of the
references are written another way. Everything follows from the seed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from i2g_recon.core.frame import DEFAULTS, INVOICE_COLUMNS, LINE_COLUMNS, Invoices, Origin, empty_frame

ALONE, DIFFERING, REPEATED, MESSY = 0.02, 0.03, 0.005, 0.02
FIELDS = ("total", "subtotal", "tax", "currency", "date", "due_date", "contact", "status")


def text(values: pa.Array) -> pd.Series:
    """An Arrow text array as a text column."""
    return pd.Series(values.cast(pa.large_string()), dtype="str")


def numbered(prefix: str, numbers: np.ndarray, width: int = 7) -> pa.Array:
    """prefix + number with leading zeros, as Invoice2go counts."""
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width=width, padding="0")
    return pc.binary_join_element_wise(pa.scalar(prefix), digits, "")


def filled(known: dict[str, object], rows: int, columns: dict[str, str]) -> pd.DataFrame:
    """A frame of exactly these columns; what is not known takes the column type's default."""
    return pd.DataFrame(
        {
            name: pd.Series(known[name] if name in known else [DEFAULTS[dtype]] * rows, dtype=dtype)
            for name, dtype in columns.items()
        }
    )


def messy(references: pa.Array, at: np.ndarray, rng: np.random.Generator) -> pa.Array:
    """The same references, those at the positions in another spelling: case, spaces, a word before, no zeros."""
    chosen = references.take(pa.array(at))
    spellings = [
        pc.utf8_lower(chosen),
        pc.binary_join_element_wise(pa.scalar("  "), chosen, pa.scalar(" "), ""),
        pc.binary_join_element_wise(pa.scalar("Invoice "), chosen, ""),
        pc.replace_substring_regex(chosen, pattern="-0+", replacement="-"),
    ]
    which = rng.integers(0, len(spellings), len(at))
    mixed = np.choose(which, [np.asarray(each.to_pylist(), dtype=object) for each in spellings])
    everything = references.to_numpy(zero_copy_only=False).copy()
    everything[at] = mixed
    return pa.array(everything, type=pa.string())


def lines_of(frame: pd.DataFrame, counts: np.ndarray) -> pd.DataFrame:
    """Lines that add up to each invoice's subtotal: the last one takes what the others leave."""
    starts = np.cumsum(counts) - counts
    owner = np.repeat(np.arange(len(frame)), counts)
    position = np.arange(len(owner)) - starts[owner]
    net = frame["subtotal_minor"].to_numpy(dtype="int64")
    share = net[owner] // counts[owner]
    minor = np.where(position == counts[owner] - 1, net[owner] - share * (counts[owner] - 1), share)
    known = {
        "invoice_id": frame["id"].take(owner).reset_index(drop=True),
        "position": position,
        "description": text(numbered("Work ", position, 2)),
        "quantity_e4": np.full(len(owner), 10_000),
        "unit_price_e4": minor * 100,
        "tax_key": text(pa.array(["GST 10%"] * len(owner))),
        "tax_rate_e4": np.full(len(owner), 100_000),
        "line_minor": minor,
    }
    return filled(known, len(owner), LINE_COLUMNS)


def sides(invoices: int, *, lines: bool, seed: int = 1) -> tuple[Invoices, Invoices]:
    """Source and target of the given number of invoices each; with 1 to 5 lines an invoice where lines are wanted."""
    rng = np.random.default_rng(seed)
    shared = invoices - int(invoices * ALONE)
    net = rng.integers(1_000, 5_000_000, invoices + (invoices - shared))
    tax = (net + 5) // 10
    serial = np.arange(len(net))
    day = np.datetime64("2024-07-01") + rng.integers(0, 730, len(net)).astype("timedelta64[D]")
    everything = filled(
        {
            "id": text(numbered("i-", serial)),
            "number": text(numbered("HT-", serial)),
            "reference": text(numbered("HT-", serial)),
            "contact": text(numbered("Client ", serial // 20)),
            "email": text(pc.binary_join_element_wise(numbered("c", serial // 20), pa.scalar("@example.com"), "")),
            "date": day,
            "due_date": day + np.timedelta64(14, "D"),
            "currency": text(pa.array(np.where(serial % 25 == 0, "NZD", "AUD"))),
            "total_minor": net + tax,
            "subtotal_minor": net,
            "tax_minor": tax,
            "paid_minor": np.zeros(len(net), "int64"),
            "outstanding_minor": net + tax,
            "status": text(pa.array(["SENT"] * len(net))),
            "state": text(pa.array(["live"] * len(net))),
            "line_amount_types": text(pa.array(["Exclusive"] * len(net))),
            "adds_up": np.ones(len(net), bool),
        },
        len(net),
        INVOICE_COLUMNS,
    )
    order = rng.permutation(invoices)
    source = everything.iloc[order].reset_index(drop=True)
    target_rows = np.r_[np.arange(shared), np.arange(invoices, len(net))]
    target = everything.iloc[rng.permutation(target_rows)].reset_index(drop=True)
    target["id"] = text(pc.binary_join_element_wise(pa.scalar("x"), pa.array(target["id"], pa.string()), ""))
    target["status"] = text(pa.array(["AUTHORISED"] * invoices))
    spoil(target, rng)
    repeat(source, rng)
    target["reference"] = text(
        messy(
            pa.array(target["reference"], pa.string()), rng.choice(invoices, int(invoices * MESSY), replace=False), rng
        )
    )
    return side(source, lines=lines), side(target, lines=lines)


def side(frame: pd.DataFrame, *, lines: bool) -> Invoices:
    """The frame as one side, each invoice with 1 to 5 lines where lines are wanted."""
    counts = 1 + frame["id"].str[-7:].astype("int64").to_numpy() % 5
    written = lines_of(frame, counts) if lines else empty_frame(LINE_COLUMNS)
    return Invoices(frame, written, origin=Origin(rows=len(frame)))


def spoil(target: pd.DataFrame, rng: np.random.Generator) -> None:
    """A share of the rows differs in one field each: amounts mostly, then dates, clients, currencies, statuses."""
    at = rng.choice(len(target), int(len(target) * DIFFERING), replace=False)
    kinds = np.array_split(at, [len(at) * n // 10 for n in (5, 7, 8, 9)])
    cents = rng.integers(1, 5_000, len(kinds[0]))
    for column in ("total_minor", "subtotal_minor"):
        changed = target[column].to_numpy(dtype="int64").copy()
        changed[kinds[0]] += cents
        target[column] = pd.Series(changed, dtype=INVOICE_COLUMNS[column])
    target.loc[kinds[1], "date"] += pd.Timedelta(days=1)
    target.loc[kinds[2], "contact"] = "Somebody else"
    target.loc[kinds[2], "email"] = ""
    target.loc[kinds[3], "currency"] = "USD"
    target.loc[kinds[4], "due_date"] += pd.Timedelta(days=30)


def repeat(source: pd.DataFrame, rng: np.random.Generator) -> None:
    """A share of the numbers stands on a second invoice as well."""
    at = rng.choice(len(source), 2 * int(len(source) * REPEATED / 2), replace=False)
    half = len(at) // 2
    for column in ("number", "reference"):
        source.loc[at[half:], column] = source.loc[at[:half], column].to_numpy()
