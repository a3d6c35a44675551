"""A result as its JSON tells it: amounts as decimal strings in major units."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from i2g_recon.core.gaps import Gap
from i2g_recon.core.money import decimal_text
from i2g_recon.core.root_causes import RootCause

ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)  # without indent, which json writes ten times as slowly


def document_text(document: Mapping[str, Any]) -> str:
    """The contract's document as text: each field of it and each item on a line of its own."""
    fields = [f"{ENCODER.encode(name)}: {value_text(value)}" for name, value in document.items()]
    return "{\n" + ",\n".join(fields) + "\n}"


def value_text(value: Any) -> str:
    """A field's value; of a list each element on a line of its own."""
    if not isinstance(value, list) or not value:
        return ENCODER.encode(value)
    return "[\n" + ",\n".join(map(ENCODER.encode, value)) + "\n]"


def told_findings(findings: pd.DataFrame) -> list[dict[str, Any]]:
    """Findings as the JSON tells them."""
    return [
        {
            "finding": row["finding"],
            "currency": row["currency"],
            "count": int(row["count"]),
            "amount": decimal_text(int(row["amount_minor"]), row["currency"]),
        }
        for row in findings.to_dict("records")
    ]


def told_gap(gap: Gap) -> dict[str, Any]:
    """A run of missing invoices as the JSON tells it."""
    return {
        "kind": gap.kind,
        "first": gap.first,
        "last": gap.last,
        "words": gap.words,
        "amounts": told_amounts(gap.amounts),
        "source_ids": list(gap.ids),
    }


def told_root_cause(cause: RootCause) -> dict[str, Any]:
    """A root cause as the JSON tells it: what is wrong, what clears it, and how much that is in each currency."""
    return {
        "code": cause.code,
        "detail": cause.detail,
        "words": cause.words,
        "remedy": cause.remedy,
        "exceptions": cause.exceptions,
        "first": cause.first,
        "last": cause.last,
        "amounts": told_amounts(cause.amounts),
        "source_ids": list(cause.source_ids),
        "target_ids": list(cause.target_ids),
    }


def told_amounts(amounts: Iterable[tuple[str, int]]) -> list[dict[str, str]]:
    """Amounts by currency."""
    return [{"currency": code, "amount": decimal_text(minor, code)} for code, minor in amounts]


def told_duplicates(duplicates: pd.DataFrame) -> list[dict[str, Any]]:
    """Copies as the JSON tells them, the one to keep of each reference first."""
    return [
        {name: value for name, value in row.items() if name != "total_minor"}
        | {"total": decimal_text(row["total_minor"], row["currency"])}
        for row in duplicates.to_dict("records")
    ]


def told_steps(steps: pd.DataFrame, currency: str) -> list[dict[str, Any]]:
    """Steps of one bridge as the JSON tells them."""
    return [
        {"reason": reason, "count": int(count), "amount": decimal_text(minor, currency)}
        for reason, count, minor in zip(steps["reason"], steps["count"], steps["amount_minor"], strict=True)
    ]
