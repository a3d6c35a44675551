"""FINDINGS: what is no difference and still worth knowing, one row per kind.

A finding never moves a row to another bucket. `findings_of` says which pairs have it, `findings_table` what each kind
comes to in every currency.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from i2g_recon.core.compare import tax_rounds_per_line
from i2g_recon.core.compared import Compared
from i2g_recon.core.pairs import Pairs
from i2g_recon.core.tiers import TIERS

OPEN_STATUSES = ("DRAFT", "SUBMITTED")
APPROVED, PAID = "AUTHORISED", "PAID"
FINDING_COLUMNS = ["finding", "currency", "count", "amount_minor"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind. holds: mask of the pairs. amount: the column of the target that says what is at stake."""

    code: str
    words: str
    hint: str
    holds: Callable[[Compared], np.ndarray]
    amount: str = "total_minor"


def paid_in_source_open_in_target(compared: Compared) -> np.ndarray:
    """Payments do not travel to Xero: settled in Invoice2go, something outstanding in Xero."""
    source, target = compared.pairs.column("outstanding_minor")
    paid = compared.pairs.source["paid_minor"]
    settled = (source.fillna(1) == 0) & (paid.fillna(0) > 0)
    return (settled & (target.fillna(0) > 0)).to_numpy(dtype=bool)


def differs_after(status: str) -> Callable[[Compared], np.ndarray]:
    """A pair that differs and stands in Xero with a status after which Invoice2go's copy is refused."""

    def holds(compared: Compared) -> np.ndarray:
        differs = differing(compared)
        differs[differs] = (compared.pairs.target.few("status", np.flatnonzero(differs)) == status).to_numpy(dtype=bool)
        return differs

    return holds


def differing(compared: Compared) -> np.ndarray:
    """Mask of the pairs in the bucket `differs`."""
    return np.asarray(compared.placed.source_bucket[compared.pairing.source_pairs] == "differs", dtype=bool)


def not_approved_in_target(compared: Compared) -> np.ndarray:
    """A draft stands in Xero but not yet in its ledger or tax return."""
    return compared.pairs.target["status"].isin(OPEN_STATUSES).to_numpy(dtype=bool)


def rounds_per_line(compared: Compared) -> np.ndarray:
    """As `compare.tax_rounds_per_line`."""
    return tax_rounds_per_line(compared.pairs, compared.found)


def matched_by(tier: str) -> Callable[[Compared], np.ndarray]:
    """A pair found by a tier that is weaker than one reference being the other."""
    place = TIERS.index(tier)
    return lambda compared: compared.pairing.tier == place


FINDINGS: tuple[Finding, ...] = (
    Finding(
        "paid_in_source_open_in_target",
        "Paid in Invoice2go, open in Xero",
        "Invoice2go does not copy payments: record the payment in Xero, or match it to the bank line.",
        paid_in_source_open_in_target,
        "outstanding_minor",
    ),
    Finding(
        "differs_after_approval",
        "Differs, and is approved in Xero already",
        "Invoice2go cannot change an approved invoice: change it in Xero, or void it and copy it again.",
        differs_after(APPROVED),
    ),
    Finding(
        "differs_after_payment",
        "Differs, and is paid in Xero already",
        "A paid invoice can only be changed in Xero once its payment is removed; see your accountant first.",
        differs_after(PAID),
    ),
    Finding(
        "not_approved_in_target",
        "Not approved in Xero yet",
        "A draft is in no ledger and no tax return: approve it in Xero.",
        not_approved_in_target,
    ),
    Finding(
        "tax_rounds_per_line",
        "Tax differs by cents, because Xero rounds each line; the total agrees",
        "Nothing to do.",
        rounds_per_line,
        "tax_minor",
    ),
    Finding(
        "matched_by_key",
        "Matched although the reference is written in another way",
        "Look whether the two are one invoice.",
        matched_by("key"),
    ),
    Finding(
        "matched_by_details",
        "Number used twice in Invoice2go, matched by total, date and client",
        "Look whether the two are one invoice, and give the other one a number of its own.",
        matched_by("details"),
    ),
    Finding(
        "matched_by_invoice_number",
        "Matched by Xero's invoice number, because the reference is blank or foreign",
        "Look whether the two are one invoice.",
        matched_by("number"),
    ),
    Finding(
        "matched_by_accepted",
        "Matched because a person took the two for one invoice",
        "Nothing to do; the match is opened again when one of the two changes.",
        matched_by("accepted"),
    ),
)
FINDING_WORDS = {finding.code: finding.words for finding in FINDINGS}
FINDING_HINTS = {finding.code: finding.hint for finding in FINDINGS}


def findings_of(compared: Compared) -> dict[str, np.ndarray]:
    """Per kind the mask of the pairs that have it; pairs left out of the period have none."""
    inside = compared.placed.source_bucket[compared.pairing.source_pairs] != "excluded"
    return {finding.code: finding.holds(compared) & np.asarray(inside, dtype=bool) for finding in FINDINGS}


def findings_table(compared: Compared, found: dict[str, np.ndarray]) -> pd.DataFrame:
    """One row per kind and currency of Xero: FINDING_COLUMNS, the amount in minor units of that currency."""
    frames = []
    for finding in FINDINGS:
        at = np.flatnonzero(found[finding.code])
        if len(at):
            amounts = told(compared.pairs, finding.amount, at)
            sums = amounts.groupby("currency", as_index=False, sort=True)["amount_minor"].agg(["size", "sum"])
            sums.columns = pd.Index(["currency", "count", "amount_minor"])
            frames.append(sums.assign(finding=finding.code))
    if not frames:
        return pd.DataFrame([], columns=FINDING_COLUMNS)
    return pd.concat(frames, ignore_index=True)[FINDING_COLUMNS]


def told(pairs: Pairs, column: str, at: np.ndarray) -> pd.DataFrame:
    """Currency and amount of the target rows of some pairs."""
    amounts = pairs.target.few(column, at).fillna(0).to_numpy(dtype="int64")
    return pd.DataFrame({"currency": pairs.target.few("currency", at), "amount_minor": amounts})
