"""What a working paper says: the contract's JSON document as sheets.

Summary, bridge, one sheet per bucket, and every differing field on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from i2g_recon.core.findings import FINDING_WORDS
from i2g_recon.core.money import D
from i2g_recon.report.item_cells import bucket_block, causes_block, day, fields_block
from i2g_recon.report.shapes import Block, Cell, Column, Decision, Paper, Row, Sheet, money_columns, number_columns
from i2g_recon.report.words import (
    BUCKETS,
    COUNTS,
    FIELDS,
    SIDES,
    VERDICTS,
    in_words,
    reason_words,
    rule_rows,
)


def paper_of(document: Mapping[str, Any], decisions: Sequence[Decision] | None = None) -> Paper:
    """The working paper of one result document. decisions: of people, None where nobody could make any."""
    items = [item for item in document["items"] if item["bucket"] in BUCKETS]
    present = {item["bucket"] for item in items}
    buckets = [bucket for bucket in BUCKETS if bucket != "agrees" or bucket in present]
    sheets = [
        Sheet("Summary", summary_blocks(document, listed="agrees" in present)),
        Sheet("Bridge", (bridge_block(document["totals"]),)),
        Sheet("Bridge by month", (months_block(document["totals"]),)),
        *(Sheet(bucket.capitalize(), (bucket_block(bucket, items),)) for bucket in buckets),
    ]
    beside = [Sheet("Field by field", (fields_block(items),)), Sheet("Causes", (causes_block(items),))]
    sheets[5:5] = beside  # right after Differs
    if decisions is not None:
        sheets.append(Sheet("Decisions", (decisions_block(decisions),)))
    return Paper(
        title="Invoice2go and Xero: working paper",
        standing=document["verdict"],
        verdict=in_words(document["verdict"], VERDICTS),
        run=document["run"],
        sheets=tuple(sheets),
    )


def summary_blocks(document: Mapping[str, Any], *, listed: bool) -> tuple[Block, ...]:
    """Verdict and terms, counts, control totals, what could not be compared, inputs."""
    counts = [(in_words(name, COUNTS), number) for name, number in document["counts"].items()]
    inputs = [
        (in_words(one["side"], SIDES), one["name"], one["rows"], one["row_errors"], one["sha256"])
        for one in document["inputs"]
    ]
    sides = [Column("Currency", width=28), *money_columns("Invoice2go", "Xero", "Difference", "Unexplained")]
    places = [Column("Side", width=28), Column("File", width=52), *number_columns("Rows", "Rows with errors")]
    return (
        Block("", (Column("", width=28), Column("", width=52)), tuple(about(document, listed=listed))),
        Block("Invoices", (Column("What", width=28), Column("Number", "number", 16)), tuple(counts)),
        Block("Control totals, voided and deleted invoices left out", tuple(sides), control_rows(document["totals"])),
        Block(
            "What could not be compared, which is not the same as agreeing",
            (Column("Field", width=28), Column("Why", width=52), *number_columns("Invoices")),
            tuple(
                (in_words(one["field"], FIELDS), one["reason"], one["count"])
                for one in document.get("not_compared", ())
            ),
        ),
        root_causes_block(document),
        besides_block(document),
        copies_block(document),
        Block("Files and snapshots compared", (*places, Column("SHA-256", "mark", 66)), tuple(inputs)),
    )


def root_causes_block(document: Mapping[str, Any]) -> Block:
    """What one person does once to clear many exceptions, the fix that clears most money first."""
    columns = (
        Column("Currency", width=28),
        Column("What", width=52),
        *number_columns("Exceptions"),
        *money_columns("Amount"),
        Column("From", "day", 12),
        Column("To", "day", 12),
        Column("What clears it", width=66),
    )
    rows: list[Row] = []
    for cause in document.get("root_causes", ()):
        days = (day(cause["first"]), day(cause["last"]))
        amounts: list[tuple[str, Cell]] = [(one["currency"], D(one["amount"])) for one in cause["amounts"]]
        rows += [
            (code, cause["words"], cause["exceptions"], amount, *days, cause["remedy"])
            for code, amount in amounts or [("", None)]
        ]
    return Block("What to fix first", columns, tuple(rows))


def besides_block(document: Mapping[str, Any]) -> Block:
    """Runs of missing invoices, then the findings with what they come to."""
    columns = (
        Column("Currency", width=28),
        Column("What", width=52),
        *number_columns("Invoices"),
        *money_columns("Amount"),
    )
    runs: list[Row] = [
        (one["currency"], gap["words"], len(gap["source_ids"]), D(one["amount"]))
        for gap in document.get("gaps", ())
        for one in gap["amounts"]
    ]
    found: list[Row] = [
        (one["currency"], in_words(one["finding"], FINDING_WORDS), one["count"], D(one["amount"]))
        for one in document.get("findings", ())
    ]
    return Block("Missing in a row, and what is no difference and still worth knowing", columns, (*runs, *found))


def copies_block(document: Mapping[str, Any]) -> Block:
    """Every copy of a reference that Xero has several invoices for, the one to keep first."""
    columns = (
        Column("Reference", width=28),
        Column("Xero invoice", width=52),
        *number_columns("Rank"),
        Column("Status", width=14),
        Column("Currency", width=10),
        *money_columns("Total"),
        Column("Ahead because", width=40),
    )
    rows = tuple(
        (one["reference"], one["number"], one["rank"], one["status"], one["currency"], D(one["total"]), one["why"])
        for one in document.get("duplicates", ())
    )
    return Block("Several invoices in Xero for one reference, the one to keep first", columns, rows)


def decisions_block(decisions: Sequence[Decision]) -> Block:
    """What people decided, with the moment to the minute."""
    columns = (
        Column("When (UTC)", width=18),
        Column("Who", width=24),
        Column("Number", width=16),
        Column("Client", width=28),
        Column("Decision or remark", width=66),
    )
    rows = tuple(
        (f"{one.at:%Y-%m-%d %H:%M}" if one.at else "", one.who, one.number, one.contact, one.words) for one in decisions
    )
    return Block("What people decided and said, oldest first. It changes no figure of this paper.", columns, rows)


def about(document: Mapping[str, Any], *, listed: bool) -> list[Row]:
    """What was compared, for whom and under which rules."""
    organisation, policy = document["organisation"], document["policy"]
    agreeing = "listed on the sheet Agrees" if listed else "counted, not listed"
    return [
        ("Verdict", in_words(document["verdict"], VERDICTS)),
        ("Organisation", organisation["name"] or "none: two files were compared"),
        ("Xero tenant", organisation["tenant_id"]),
        ("Base currency", organisation["base_currency"]),
        ("Run", document["run"] or "not stored"),
        *rule_rows(policy),
        ("Agreeing invoices", agreeing),
    ]


def control_rows(totals: Iterable[Mapping[str, Any]]) -> tuple[Row, ...]:
    """One row per currency; currencies are never added together."""
    return tuple(
        (
            one["currency"],
            D(one["source"]),
            D(one["target"]),
            D(one["target"]) - D(one["source"]),
            D(one["unexplained"]),
        )
        for one in totals
    )


def bridge_block(totals: Iterable[Mapping[str, Any]]) -> Block:
    """From the Invoice2go total by every reason to the Xero total, currency by currency."""
    columns = (
        Column("Currency", width=10),
        Column("Step", width=70),
        Column("Code", "mark", 30),
        *number_columns("Invoices"),
        *money_columns("Amount"),
    )
    note = "Invoice2go total + every step = Xero total. What is left unexplained must be zero."
    return Block(note, columns, tuple(row for total in totals for row in bridge_rows(total)))


def bridge_rows(total: Mapping[str, Any]) -> list[Row]:
    """The steps of one currency."""
    currency = total["currency"]
    steps: list[Row] = [
        (currency, reason_words(step["reason"]), step["reason"], step["count"], D(step["amount"]))
        for step in total["bridge"]
    ]
    left_out: list[Row] = [
        (currency, f"Not counted above: voided and deleted in {SIDES[side]}", "", None, D(amount))
        for side, amount in total.get("not_counted", {}).items()
    ]
    return [
        (currency, "Invoice2go total", "source", None, D(total["source"])),
        *steps,
        (currency, "Xero total", "target", None, D(total["target"])),
        (currency, "Unexplained", "unexplained", None, D(total["unexplained"])),
        *left_out,
    ]


def months_block(totals: Iterable[Mapping[str, Any]]) -> Block:
    """The bridge of every month, each row by the date of its invoice, currency by currency."""
    columns = (
        Column("Currency", width=10),
        Column("Month", width=10),
        Column("Step", width=70),
        Column("Code", "mark", 30),
        *number_columns("Invoices"),
        *money_columns("Amount"),
    )
    note = (
        "The same bridge for each month, by the date of the invoice. An invoice dated in two months leaves one and "
        "enters the other; its difference stands in Xero's month."
    )
    rows = (row for total in totals for one in total.get("months", ()) for row in month_rows(total["currency"], one))
    return Block(note, columns, tuple(rows))


def month_rows(currency: str, month: Mapping[str, Any]) -> list[Row]:
    """The steps of one currency in one month."""
    name = month["month"] or "no date"
    return [(currency, name, *row[1:]) for row in bridge_rows({**month, "currency": currency, "not_counted": {}})]
