"""frame(df): any DataFrame as one side of a reconciliation, or a sentence that names every wrong column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from i2g_recon.core.frame import INVOICE_COLUMNS, LINE_COLUMNS, Invoices, Origin, empty_frame, table
from i2g_recon.core.invoice import State
from i2g_recon.core.money import D, NotAnAmount, to_minor
from i2g_recon.errors import UnusableFrame

REQUIRED = ("id", "reference", "currency")
AMOUNTS = ("total", "subtotal", "tax")
STATES = {
    "": State.LIVE,
    **dict.fromkeys("sent opened overdue printed partially_paid fully_paid paid".split(), State.LIVE),
    **dict.fromkeys("draft submitted authorised".split(), State.LIVE),
    "unsent": State.UNSENT,
    "void": State.VOID,
    "voided": State.VOID,
    "deleted": State.DELETED,
}


def frame(df: pd.DataFrame, *, name: str = "frame") -> Invoices:
    """One row per invoice to Invoices; the argument is not changed.

    Columns: id (unique), reference, currency, total or total_minor; optional number, date, due_date, contact, email,
    status, subtotal(_minor), tax(_minor). Amounts are Decimal, text or numbers whose shortest decimal text is exact in
    the currency. Raises UnusableFrame naming every column that is missing or holds a value it cannot take.

    >>> df = pd.DataFrame({"id": ["a"], "reference": ["HT-1"], "currency": ["AUD"], "total": ["110.00"]})
    >>> int(frame(df).invoices.loc[0, "total_minor"])
    11000
    >>> frame(df.drop(columns="total"))
    Traceback (most recent call last):
    i2g_recon.errors.UnusableFrame: column 'total' (or 'total_minor') is missing
    """
    problems = [f"column '{column}' is missing" for column in REQUIRED if column not in df.columns]
    if not {"total", "total_minor"} & set(df.columns):
        problems.append("column 'total' (or 'total_minor') is missing")
    if problems:
        raise UnusableFrame("; ".join(problems))
    texts = {
        column: text_column(df, column)
        for column in ("id", "number", "reference", "currency", "contact", "email", "status")
    }
    texts["currency"] = [code.upper() for code in texts["currency"]]
    texts["number"] = texts["number"] if "number" in df.columns else texts["reference"]
    columns: dict[str, list[Any]] = dict(texts)
    problems += bad_texts(texts)
    for column in AMOUNTS:
        columns[f"{column}_minor"] = collect(amount_column, df, column, problems, texts["currency"])
    for column in ("date", "due_date"):
        columns[column] = collect(day_column, df, column, problems)
    if problems:
        raise UnusableFrame("; ".join(problems))
    columns["state"] = [str(STATES.get(status.strip().lower(), State.UNKNOWN)) for status in texts["status"]]
    columns["adds_up"] = [True] * len(df)
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return Invoices(table(rows, INVOICE_COLUMNS), empty_frame(LINE_COLUMNS), origin=Origin(name=name, rows=len(df)))


def text_column(df: pd.DataFrame, column: str) -> list[str]:
    """A column as text; missing column and missing values are blank."""
    if column not in df.columns:
        return [""] * len(df)
    return ["" if pd.isna(value) else str(value) for value in df[column].tolist()]


def bad_texts(texts: dict[str, list[str]]) -> list[str]:
    """What is wrong with ids and currencies."""
    problems = []
    ids = pd.Series(texts["id"], dtype="str")
    if (ids == "").any():
        problems.append("column 'id' has blank values")
    twins = ids[ids.duplicated() & (ids != "")]
    if len(twins):
        problems.append(f"column 'id' repeats '{twins.iloc[0]}'; an id names one invoice")
    odd = [code for code in texts["currency"] if not (len(code) == 3 and code.isalpha())]  # noqa: PLR2004 - ISO 4217
    if odd:
        problems.append(f"column 'currency' holds '{odd[0]}'; use three-letter codes")
    return problems


def collect(
    read: Callable[..., list[Any]], df: pd.DataFrame, column: str, problems: list[str], *rest: Any
) -> list[Any]:
    """A read column, or blanks and one more problem."""
    try:
        return read(df, column, *rest)
    except (NotAnAmount, ValueError, TypeError) as problem:
        problems.append(f"column '{column}': {problem}")
        return [None] * len(df)


def amount_column(df: pd.DataFrame, column: str, currencies: list[str]) -> list[int | None]:
    """Minor units from `column` or `column_minor`; a total may not be blank."""
    minor = f"{column}_minor"
    name = minor if minor in df.columns else column
    if name not in df.columns:
        return [None] * len(df)
    values = df[name].tolist()
    if column == "total" and any(pd.isna(value) for value in values):
        raise NotAnAmount("a total is blank")
    if name == minor:
        return [None if pd.isna(value) else whole(value) for value in values]
    return [
        None if pd.isna(value) else to_minor(D(str(value)), currency)
        for value, currency in zip(values, currencies, strict=True)
    ]


def whole(value: Any) -> int:
    """Minor units given as a number; anything but a whole number is refused."""
    if int(value) != value:
        raise NotAnAmount(f"'{value}' is not a whole number of minor units")
    return int(value)


def day_column(df: pd.DataFrame, column: str) -> list[Any]:
    """Calendar dates; text must be ISO (2026-03-02), so that no day is taken for a month."""
    if column not in df.columns:
        return [None] * len(df)
    values = df[column]
    if values.dtype == object or str(values.dtype) in ("str", "string"):
        values = pd.to_datetime(values, format="ISO8601")
    return [None if pd.isna(day) else pd.Timestamp(day).tz_localize(None).normalize() for day in values]
