"""One side as bytes and back: the form in which evidence is kept.

A zip of two parquet tables and one JSON page (row errors, origin, notes). The same Invoices always give the same
bytes with the same library versions: time stamps are fixed, indexes and pandas' own remarks are left out.
"""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from i2g_recon.core.frame import DEFAULTS, INVOICE_COLUMNS, LINE_COLUMNS, Invoices, Origin
from i2g_recon.core.invoice import RowError
from i2g_recon.errors import UnreadableFile

FORMAT = 1
INVOICES, LINES, ABOUT = "invoices.parquet", "lines.parquet", "about.json"


def to_bytes(side: Invoices) -> bytes:
    """The whole side. Row order and columns are kept, row labels are not."""
    about = {
        "format": FORMAT,
        "row_errors": [dataclasses.asdict(error) for error in side.row_errors],
        "origin": dataclasses.asdict(side.origin),
        "notes": list(side.notes),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression=zipfile.ZIP_STORED) as archive:
        archive.writestr(member(INVOICES), parquet(side.invoices))
        archive.writestr(member(LINES), parquet(side.lines))
        archive.writestr(member(ABOUT), json.dumps(about, sort_keys=True, ensure_ascii=True))
    return target.getvalue()


def from_bytes(content: bytes) -> Invoices:
    """The side again. Raises UnreadableFile when the bytes are damaged or of a newer format."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            about = json.loads(archive.read(ABOUT))
            if about["format"] != FORMAT:
                raise UnreadableFile("This snapshot was written by a newer version of i2g-recon; read it with that one")
            return Invoices(
                invoices=frame(archive.read(INVOICES), INVOICE_COLUMNS),
                lines=frame(archive.read(LINES), LINE_COLUMNS),
                row_errors=tuple(RowError(**error) for error in about["row_errors"]),
                origin=Origin(**about["origin"]),
                notes=tuple(about["notes"]),
            )
    except (zipfile.BadZipFile, pa.ArrowException, KeyError, TypeError, ValueError, EOFError) as problem:
        raise UnreadableFile("This snapshot is damaged; read the input again") from problem


def member(name: str) -> zipfile.ZipInfo:
    """An archive member that does not tell when it was made."""
    return zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))


def parquet(table: pd.DataFrame) -> bytes:
    """A frame as one parquet file."""
    target = io.BytesIO()
    arrow = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(arrow, target, compression="zstd")
    return target.getvalue()


def frame(content: bytes, columns: Mapping[str, str]) -> pd.DataFrame:
    """A parquet file as a frame with the schema's types; a column that an older version lacked takes its default."""
    table = pq.read_table(io.BytesIO(content)).to_pandas(integer_object_nulls=True)
    typed: dict[str, Any] = {
        name: table[name].astype(dtype) if name in table else pd.Series([DEFAULTS[dtype]] * len(table), dtype=dtype)
        for name, dtype in columns.items()
    }
    return table.assign(**typed)
