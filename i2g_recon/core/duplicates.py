"""Which of several copies in Xero to keep: every member of every group, ranked with its reason.

A group is what one reference has several live target rows for: the rows of an ambiguous group, or a pair and the extra
rows that carry its reference too. Ranked by what cannot be undone first, each step only where the ones above are equal:

    paid        money is booked to it; Xero does not let it be voided before the payment is removed
    approved    it stands in the ledger and perhaps in a tax return that was filed
    sent        the client has it
    equal       its total, date and currency are those of the Invoice2go invoice
    older       what came first is what others refer to

"Reconciled" with a bank line cannot be read from Xero's invoices; a payment stands for it. Nothing is voided here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from i2g_recon.core.compared import Compared
from i2g_recon.core.pairing import Pairing
from i2g_recon.core.tiers import KEY

MEMBER_COLUMNS = ["reference", "rank", "target_id", "number", "status", "total_minor", "currency", "why", "source_ids"]
STEPS = ("paid", "approved", "sent", "equal", "older")
WHY = {
    "paid": "it is paid",
    "approved": "it is approved",
    "sent": "it was sent to the client",
    "equal": "it equals the Invoice2go invoice",
    "older": "it is the older one",
    "": "nothing tells it from the others",
}
FACTS = ["currency", "total_minor", "date"]


def duplicates_of(compared: Compared) -> pd.DataFrame:
    """One row per member of a group, the one to keep first: MEMBER_COLUMNS, groups in the order of their references.

    rank counts from 1. why: for rank 1 what puts it before rank 2, for the others what puts the one before it ahead.
    """
    rows = [row for group in groups_of(compared) for row in members(compared, *group)]
    return pd.DataFrame(rows, columns=MEMBER_COLUMNS, dtype=object)


def groups_of(compared: Compared) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Reference, target rows and source rows of every group with several live target rows."""
    pairing, placed = compared.pairing, compared.placed
    spread = spread_out(pairing)
    live = (pairing.target_group >= 0) | (pairing.target_alone & (pairing.target_shadowed > 0))
    if not live.any():
        return
    loose = pairing.keys(pairing.target_references[spread]).unique()
    target_keys = wider(pairing, pairing.target_references, pairing.target_keys, loose)
    source_keys = wider(pairing, pairing.source_references, pairing.source_keys, loose)
    wanted = np.unique(target_keys[live])
    owner = np.full(len(compared.target), -1, dtype="int64")  # the source row of a pair
    owner[pairing.target_pairs] = pairing.source_pairs
    inside = placed.target_bucket != "excluded"
    at = np.flatnonzero(np.isin(target_keys, wanted) & (target_keys != "") & ~pairing.target_gone & inside)
    source_at = np.flatnonzero(np.isin(source_keys, wanted) & ~pairing.source_gone)
    by_key = {str(key): own.to_numpy() for key, own in pd.Series(source_at).groupby(source_keys[source_at])}
    for key, own in pd.Series(at).groupby(target_keys[at], sort=True):
        rows = own.to_numpy()
        paired = owner[rows][owner[rows] >= 0]
        if len(rows) > 1 and len(paired) != len(rows):
            yield str(key), rows, np.union1d(by_key.get(str(key), np.zeros(0, dtype="int64")), paired)


def spread_out(pairing: Pairing) -> np.ndarray:
    """Mask of the target rows whose copies are written in other ways, so that the spelling does not gather them."""
    collide = np.array([reason == "spellings_collide" for reason in (*pairing.group_reasons, "")], dtype=bool)
    return collide[pairing.target_group] | (pairing.target_alone & (pairing.target_shadowed == KEY))


def wider(pairing: Pairing, references: pd.Series, spelled: pd.Series, loose: pd.Series) -> np.ndarray:
    """What gathers a row with its copies: its key where that is among `loose`, else its spelling."""
    keys = spelled.to_numpy(dtype=object)
    if not len(loose):
        return keys
    by_rules = pairing.keys(references)
    return np.where(by_rules.isin(loose) & (by_rules != ""), by_rules.to_numpy(dtype=object), keys)


def members(compared: Compared, key: str, rows: np.ndarray, sources: np.ndarray) -> Iterator[dict[str, object]]:
    """The members of one group in their order."""
    target, source = compared.target.iloc[rows], compared.source.iloc[sources]
    facts = set(source[FACTS].itertuples(index=False, name=None))
    status = target["status"].str.upper()
    ranks = pd.DataFrame(
        {
            "paid": (status == "PAID") | (target["paid_minor"].fillna(0) > 0),
            "approved": status.isin(["AUTHORISED", "PAID"]),
            "sent": target["sent_to_contact"],
            "equal": [each in facts for each in target[FACTS].itertuples(index=False, name=None)],
            "older": -target["created"].fillna(target["date"]).rank(method="dense", na_option="bottom"),
        }
    ).astype("int64")
    ordered = ranks.assign(id=target["id"]).sort_values([*STEPS, "id"], ascending=[False] * len(STEPS) + [True])
    steps = ordered[list(STEPS)].to_numpy()
    ahead = [first_apart(steps[n], steps[n + 1]) for n in range(len(steps) - 1)]
    ids = sorted(source["id"])
    for n, row in enumerate(target.loc[ordered.index].to_dict("records")):
        yield {
            "reference": row["reference"].strip() or key,
            "rank": n + 1,
            "target_id": row["id"],
            "number": row["number"],
            "status": row["status"],
            "total_minor": int(row["total_minor"]),
            "currency": row["currency"],
            "why": WHY[ahead[max(n - 1, 0)]],
            "source_ids": ids,
        }


def first_apart(one: np.ndarray, other: np.ndarray) -> str:
    """The first step in which two members differ, blank for none."""
    apart = np.flatnonzero(one != other)
    return STEPS[apart[0]] if len(apart) else ""
