"""JSON exactly as Xero writes it: unpadded numbers, `/Date(ms+0000)/`, the envelope, the error bodies.

Amounts are `Decimal` on both sides of the wire. The standard encoder cannot write a Decimal as a number, so the writer
here is our own; reading is the standard parser with `Decimal` for fractions.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Iterable
from decimal import Decimal
from email.utils import parsedate_to_datetime
from json.encoder import encode_basestring
from typing import Any

from i2g_recon.core.money import plain

Json = dict[str, Any]
DAY_MS = 86_400_000
EPOCH_DAY = dt.date(1970, 1, 1).toordinal()
NET_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")
ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})([T ].*)?")
PROVIDER = "i2g-recon sandbox"
ZERO_ID = "00000000-0000-0000-0000-000000000000"


def dump(value: Any) -> str:
    """A value of dicts, lists, text, bool, int, Decimal and None as JSON text."""
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, dict):
        return "{" + ",".join([f"{encode_basestring(key)}:{dump(item)}" for key, item in value.items()]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join([dump(item) for item in value]) + "]"
    return json.dumps(value)


def number_text(value: Decimal) -> str:
    """A Decimal without padding but always with a point, as the recordings show: 24.5, 21.0."""
    text = plain(value + 0)  # + 0 turns minus zero into zero
    return text if "." in text else text + ".0"


def load(text: str | bytes) -> Any:
    """JSON text to values, fractions as Decimal. Raises ValueError for what is not JSON (NaN and Infinity too)."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def day_ms(day: str) -> int:
    """Midnight UTC of an ISO day, in milliseconds since 1970."""
    return (dt.date.fromisoformat(day).toordinal() - EPOCH_DAY) * DAY_MS


def day_of(at_ms: int) -> str:
    """The ISO day in UTC that holds a moment."""
    return dt.date.fromordinal(EPOCH_DAY + at_ms // DAY_MS).isoformat()


def stamp(at_ms: int) -> str:
    """A moment with offset, the form of most fields: /Date(1791158400000+0000)/."""
    return f"/Date({at_ms}+0000)/"


def bare_stamp(at_ms: int) -> str:
    """A moment without offset, the form of DateTimeUTC and CreatedDateUTC: /Date(1793588645678)/."""
    return f"/Date({at_ms})/"


def iso_second(at_ms: int) -> str:
    """A moment to the second, without zone: 2026-10-05T22:15:40."""
    return dt.datetime.fromtimestamp(at_ms // 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")


def iso_seventh(at_ms: int) -> str:
    """A moment as /connections writes it: seven fraction digits, no zone."""
    return f"{iso_second(at_ms)}.{at_ms % 1000:03d}0000"


def american_second(at_ms: int) -> str:
    """A moment as error details write it: 11/02/2026 03:04:05."""
    return dt.datetime.fromtimestamp(at_ms // 1000, dt.UTC).strftime("%m/%d/%Y %H:%M:%S")


def read_day(value: Any) -> str:
    """An ISO day from `YYYY-MM-DD`, an ISO time or `/Date(ms)/`. Raises ValueError for anything else."""
    text = str(value).strip()
    if match := NET_DATE.fullmatch(text):
        return day_of(int(match[1]))
    if match := ISO_DAY.fullmatch(text):
        return dt.date.fromisoformat(match[1]).isoformat()
    raise ValueError(f"'{text}' is not a date")


def read_moment(value: Any) -> int:
    """Milliseconds from `/Date(ms)/`, ISO (UTC unless it names a zone) or an RFC 1123 date. Raises ValueError."""
    text = str(value).strip()
    if match := NET_DATE.fullmatch(text):
        return int(match[1])
    moment = _iso_or_http_date(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return round(moment.timestamp() * 1000)


def _iso_or_http_date(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)


def envelope(resource: str, rows: Iterable[str], *, now_ms: int, pagination: Json | None = None) -> str:
    """The answer's body around rows that are JSON text already."""
    head: Json = {"Id": str(uuid.uuid4()), "Status": "OK", "ProviderName": PROVIDER, "DateTimeUTC": bare_stamp(now_ms)}
    if pagination is not None:
        head["pagination"] = pagination
    return f'{dump(head)[:-1]},"{resource}":[{",".join(rows)}]}}'


def problem(status: int, title: str, detail: str) -> str:
    """The body of 401, 403 and other refusals before an endpoint is reached."""
    return dump(
        {
            "Type": None,
            "Title": title,
            "Status": status,
            "Detail": detail,
            "Instance": str(uuid.uuid4()),
            "Extensions": {},
        }
    )


def failure(number: int, kind: str, message: str, elements: list[Json] | None = None) -> str:
    """The body of a 400: ErrorNumber, Type, Message and, for validation, the elements."""
    body: Json = {"ErrorNumber": number, "Type": kind, "Message": message}
    return dump(body if elements is None else {**body, "Elements": elements})
