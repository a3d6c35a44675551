"""Many amounts and days as text at once: what `money.decimal_text` and `isoformat` say of each by itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from i2g_recon.core.money import exponent


def amount_texts(minor: np.ndarray, currencies: pd.Series) -> list[str]:
    """Minor units as decimal strings of their currencies; both of one length."""
    codes, names = pd.factorize(currencies)
    told = blank_texts(len(minor))
    for code, name in enumerate(names):
        mine = codes == code
        told[mine] = decimal_texts(minor[mine], exponent(name))
    return told.tolist()


def decimal_texts(minor: np.ndarray, places: int) -> list[str]:
    """Minor units of one number of decimals as text: int64 are the low halves of Arrow's decimals."""
    halves = pa.py_buffer(np.column_stack([minor, minor >> 63]))
    texts = pa.Array.from_buffers(pa.decimal128(19, places), len(minor), [None, halves]).cast(pa.string())
    return texts.to_pylist()


def blank_texts(rows: int) -> np.ndarray:
    """A column of blanks."""
    return np.full(rows, "", dtype=object)


def day_texts(dates: pd.Series) -> list[str]:
    """Days as `2026-05-03`, blank where there is none."""
    days = dates.to_numpy(dtype="datetime64[D]")
    return np.where(np.isnat(days), "", np.datetime_as_string(days)).tolist()
