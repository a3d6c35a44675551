"""Columns as a frame of the one schema; a column that the file lacks has its usual value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from i2g_recon.core.frame import DEFAULTS
from i2g_recon.invoice2go.listing_amounts import Amounts


def kept(values: Any, keep: np.ndarray) -> Any:
    """The values of the rows to keep, in the type they have."""
    if keep.all():
        return values
    return values.filter(pa.array(keep)) if isinstance(values, pa.Array) else values[keep]


def maybe(amounts: Amounts | None) -> Any:
    """Amounts that a row may leave out; None for a column that the table lacks."""
    return None if amounts is None else pd.arrays.IntegerArray(amounts.minor, ~amounts.stated)


def sum_of(columns: Sequence[Amounts]) -> Any:
    """One column for each tax, added up; a blank cell is no tax as long as another column states one."""
    if not columns:
        return None
    stated = np.logical_or.reduce([one.stated for one in columns])
    return pd.arrays.IntegerArray(np.sum([one.minor for one in columns], axis=0), ~stated)


def frame_of(
    columns: Mapping[str, Any], schema: Mapping[str, str], rows: int, usual: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """All columns of a schema from those there are; usual: what stands in others if not the default."""
    fills = {name: DEFAULTS[dtype] for name, dtype in schema.items()} | dict(usual or {})
    spare: dict[tuple[Any, str], pd.Series] = {}  # columns of one value are one column
    made = {}
    for name, dtype in schema.items():
        key = (fills[name], dtype)
        if name not in columns and key not in spare:
            spare[key] = constant(fills[name], dtype, rows)
        made[name] = pd.Series(columns[name], dtype=dtype).array if name in columns else spare[key].array
    return pd.DataFrame(made, copy=False)


def constant(value: Any, dtype: str, rows: int) -> pd.Series:
    """A column of one value."""
    if isinstance(value, str):
        return pd.Series(pa.repeat(pa.scalar(value, pa.large_string()), rows), dtype=dtype)
    return pd.Series(value, index=range(rows), dtype=dtype)
