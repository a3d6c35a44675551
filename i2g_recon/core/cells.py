"""Single values as a frame keeps them, and back: amounts in minor units, days, moments in UTC, and no value."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from i2g_recon.core.money import from_minor, to_minor


def maybe_minor(amount: Decimal | None, currency: str) -> int | None:
    """Minor units, or None when the side does not say."""
    return None if amount is None else to_minor(amount, currency)


def absent(value: Any) -> bool:
    """Whether a cell holds no value: None, or one of the ways in which a frame says so."""
    return value is None or type(value).__name__ == "NAType" or bool(value != value)  # noqa: PLR0124 - NaN and NaT


def maybe_amount(minor: Any, currency: str) -> Decimal | None:
    """Major units, or None when the frame holds no value."""
    return None if absent(minor) else from_minor(minor, currency)


def maybe_day(value: Any) -> dt.date | None:
    """A calendar date, or None."""
    if absent(value):
        return None
    return value.date() if isinstance(value, dt.datetime) else dt.date.fromisoformat(str(value)[:10])


def maybe_moment(value: Any) -> dt.datetime | None:
    """A moment in UTC, or None."""
    if absent(value):
        return None
    moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value)[:26])
    return dt.datetime(*moment.timetuple()[:6], moment.microsecond, tzinfo=dt.UTC)


def utc_naive(moment: dt.datetime | None) -> dt.datetime | None:
    """A moment as the frames keep it: UTC, whole seconds, no zone."""
    if moment is None:
        return None
    return moment.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
