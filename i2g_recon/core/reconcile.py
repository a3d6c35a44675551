"""reconcile(source, target, policy) -> Reconciliation: the front door of the core.

    frames -> pairing -> comparisons -> placing (one bucket, one reason per row) -> bridge -> result

Pure and order-independent: rows are put into the order of their ids first, so the same rows give the same result
whatever order they came in. Nothing is dropped: what is excluded or ambiguous stays among the items with its reason.
"""

from __future__ import annotations

import numpy as np

from i2g_recon.core.bridge import build_bridge, control_totals
from i2g_recon.core.causes import cause
from i2g_recon.core.compare import Outcome, Pairs, outcomes
from i2g_recon.core.compared import Compared
from i2g_recon.core.frame import Invoices, records
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.pairing import Pairing, pair
from i2g_recon.core.placing import place
from i2g_recon.core.policy import Policy
from i2g_recon.core.result import Reconciliation
from i2g_recon.core.result_items import discrepancies_of

AMOUNT_FIELDS = ("total", "subtotal", "tax", "lines")


def reconcile(
    source: Invoices, target: Invoices, policy: Policy | None = None, *, organisation: Organisation | None = None
) -> Reconciliation:
    """Compare two sides; the arguments are not changed. With an organisation, currencies it lacks are named.

    Raises nothing for data: every finding is in the result.
    """
    policy = policy or Policy()
    left, right = in_order_of_ids(source), in_order_of_ids(target)
    pairing = pair(left.invoices, right.invoices)
    pairs = paired_rows(left, right, pairing)
    found = outcomes(pairs, policy)
    compared = Compared(
        source=left.invoices,
        target=right.invoices,
        pairing=pairing,
        pairs=pairs,
        found=found,
        causes=causes_of(left, right, pairs, found),
        placed=place(
            left.invoices,
            right.invoices,
            pairing=pairing,
            found=found,
            policy=policy,
            currencies=organisation.currencies if organisation else (),
        ),
    )
    bridge = build_bridge(compared)
    return Reconciliation(
        source=left,
        target=right,
        policy=policy,
        compared=compared,
        discrepancies=discrepancies_of(compared),
        bridge=bridge,
        totals=control_totals(left.invoices, right.invoices, bridge),
    )


def in_order_of_ids(side: Invoices) -> Invoices:
    """The same side, its invoices sorted by id."""
    frame = side.invoices.sort_values("id", kind="stable", ignore_index=True)
    return Invoices(frame, side.lines, side.row_errors, side.origin, side.notes)


def paired_rows(source: Invoices, target: Invoices, pairing: Pairing) -> Pairs:
    """The two sides row by row."""
    return Pairs(
        source=source.invoices.iloc[pairing.source_pairs].reset_index(drop=True),
        target=target.invoices.iloc[pairing.target_pairs].reset_index(drop=True),
        source_lines=source.lines,
        target_lines=target.lines,
    )


def causes_of(source: Invoices, target: Invoices, pairs: Pairs, found: dict[str, Outcome]) -> dict[int, str]:
    """Why the amounts of a pair differ, by position of the pair, where its amounts or lines differ."""
    differing = np.zeros(len(pairs.source), dtype=bool)
    for field in AMOUNT_FIELDS:
        if field in found:
            differing |= found[field].differs
    at = np.flatnonzero(differing)
    source_ids, target_ids = pairs.source["id"].to_numpy(dtype=object), pairs.target["id"].to_numpy(dtype=object)
    left = {record.id: record for record in records(source, source_ids[at])}
    right = {record.id: record for record in records(target, target_ids[at])}
    return {int(n): cause(left[source_ids[n]], right[target_ids[n]]) for n in at}
