"""Which invoices have other lines than before, and which lines those are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from i2g_recon.core.frame import Invoices
from i2g_recon.core.money import from_scaled, plain

LOOKED_AT = [
    *("code", "description", "quantity_e4", "unit_price_e4", "discount_rate_e4", "discount_minor"),
    *("tax_key", "tax_rate_e4", "tax_type", "account_code", "line_minor", "tax_minor"),
]


def changed_lines(before: Invoices, after: Invoices, ids: pd.Index) -> pd.DataFrame:
    """before, after: the lines that are on one side of the time only, in words; one row per id whose lines differ.

    The order of lines does not matter; two equal lines are two lines.
    """
    old, new = fingerprints(before.lines), fingerprints(after.lines)
    was, now = (sums(one).reindex(ids, fill_value=np.uint64(0)) for one in (old, new))
    found = ids[(was != now).to_numpy(dtype=bool)]
    texts = [words_of(*one) for one in ((old, new, found), (new, old, found))]
    return pd.DataFrame({"before": texts[0], "after": texts[1]}, index=found, dtype="str").rename_axis("id")


def fingerprints(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines with a number that says which of equal lines each is, and the hash of both."""
    nth = lines.groupby(["invoice_id", *LOOKED_AT], dropna=False).cumcount()
    hashed = pd.util.hash_pandas_object(lines[LOOKED_AT].assign(nth=nth), index=False)
    return lines.assign(hash=hashed.to_numpy(dtype="uint64"))


def sums(lines: pd.DataFrame) -> pd.Series:
    """Per invoice one number that is another one when a line is; 64 bits, so not by chance."""
    return lines.groupby("invoice_id")["hash"].sum()


def words_of(lines: pd.DataFrame, others: pd.DataFrame, ids: pd.Index) -> list[str]:
    """Per id its lines that the others do not have."""
    own = lines[lines["invoice_id"].isin(ids)]
    keys = pd.MultiIndex.from_frame(own[["invoice_id", "hash"]])
    own = own[~keys.isin(pd.MultiIndex.from_frame(others.loc[others["invoice_id"].isin(ids), ["invoice_id", "hash"]]))]
    told = own.sort_values("position", kind="stable").apply(line_words, axis="columns", result_type="reduce")
    texts = told.groupby(own["invoice_id"]).agg("; ".join) if len(own) else pd.Series([], dtype="str")
    return texts.reindex(ids, fill_value="").tolist()


def line_words(line: pd.Series) -> str:
    """One line: 2 x Hinge at 50, OUTPUT, account 200."""
    quantity, price = (from_scaled(int(line[name]), 4) for name in ("quantity_e4", "unit_price_e4"))
    parts = [f"{plain(quantity)} x {line['description'] or line['code'] or 'line'} at {plain(price)}"]
    if line["discount_rate_e4"] or line["discount_minor"]:
        parts.append("with a discount")
    parts += filter(None, [line["tax_type"] or line["tax_key"]])
    parts += [f"account {line['account_code']}"] if line["account_code"] else []
    return ", ".join(parts)
