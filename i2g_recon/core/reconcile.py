"""reconcile(source, target, policy) -> Reconciliation: the front door of the core.

    frames -> pairing -> comparisons -> placing (one bucket, one reason per row) -> bridge -> result

Pure and order-independent: rows are put into the order of their ids first, so the same rows give the same result
whatever order they came in. Nothing is dropped: what is excluded or ambiguous stays among the items with its reason.
"""

from __future__ import annotations

from i2g_recon.core.bridge import build_bridge, control_totals, movements_of
from i2g_recon.core.compare import Pairs, outcomes
from i2g_recon.core.compared import Compared
from i2g_recon.core.explained import chief_causes, parts_of
from i2g_recon.core.frame import Invoices
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.pairing import Pairing, pair
from i2g_recon.core.placing import place
from i2g_recon.core.policy import Policy
from i2g_recon.core.result import Reconciliation
from i2g_recon.core.result_items import discrepancies_of


def reconcile(
    source: Invoices, target: Invoices, policy: Policy | None = None, *, organisation: Organisation | None = None
) -> Reconciliation:
    """Compare two sides; the arguments are not changed. With an organisation, currencies it lacks are named.

    Raises nothing for data: every finding is in the result.
    """
    policy = policy or Policy()
    left, right = in_order_of_ids(source), in_order_of_ids(target)
    pairing = pair(left.invoices, right.invoices, key_rules=policy.key_rules, by_number=policy.invoice_number_pairs)
    pairs = paired_rows(left, right, pairing)
    found = outcomes(pairs, policy)
    parts = parts_of(pairs, found)
    compared = Compared(
        source=left.invoices,
        target=right.invoices,
        pairing=pairing,
        pairs=pairs,
        found=found,
        parts=parts,
        causes=chief_causes(parts),
        placed=place(
            left.invoices,
            right.invoices,
            pairing=pairing,
            found=found,
            policy=policy,
            currencies=organisation.currencies if organisation else (),
        ),
    )
    movements = movements_of(compared)
    bridge = build_bridge(movements)
    return Reconciliation(
        source=left,
        target=right,
        policy=policy,
        compared=compared,
        discrepancies=discrepancies_of(compared),
        movements=movements,
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
