"""reconcile(source, target, policy) -> Reconciliation: the front door of the core.

    frames -> pairing -> comparisons -> placing (one bucket, one reason per row) -> bridge -> result

Pure and order-independent: the same rows give the same result whatever order they came in. No step looks at where a row
stands, and what lists several rows lists them by id. Nothing is dropped: what is excluded or ambiguous stays among the
items with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from i2g_recon.core.accepted import AcceptedPair
from i2g_recon.core.bridge import build_bridge, control_totals, movements_of
from i2g_recon.core.compare import outcomes
from i2g_recon.core.compared import Compared
from i2g_recon.core.discrepancies import discrepancies_of
from i2g_recon.core.explained import chief_causes, parts_of
from i2g_recon.core.frame import Invoices
from i2g_recon.core.organisation import Organisation
from i2g_recon.core.pairing import pair
from i2g_recon.core.pairs import Pairs
from i2g_recon.core.placing import place
from i2g_recon.core.policy import Policy
from i2g_recon.core.result import Reconciliation


def reconcile(
    source: Invoices,
    target: Invoices,
    policy: Policy | None = None,
    *,
    organisation: Organisation | None = None,
    accepted: Iterable[AcceptedPair] = (),
) -> Reconciliation:
    """Compare two sides; the arguments are not changed. With an organisation, currencies it lacks are named.

    accepted: what a person took for one invoice. Raises nothing for data: every finding is in the result.
    """
    policy = policy or Policy()
    source, target = renumbered(source), renumbered(target)
    pairing = pair(
        source.invoices,
        target.invoices,
        key_rules=policy.key_rules,
        by_number=policy.invoice_number_pairs,
        accepted=accepted,
    )
    pairs = Pairs.of(source, target, (pairing.source_pairs, pairing.target_pairs))
    found = outcomes(pairs, policy)
    parts = parts_of(pairs, found)
    compared = Compared(
        source=source.invoices,
        target=target.invoices,
        pairing=pairing,
        pairs=pairs,
        found=found,
        parts=parts,
        causes=chief_causes(parts),
        placed=place(
            source.invoices,
            target.invoices,
            pairing=pairing,
            found=found,
            policy=policy,
            currencies=organisation.currencies if organisation else (),
        ),
    )
    moved = movements_of(compared)
    bridge = build_bridge(moved)
    return Reconciliation(
        source=source,
        target=target,
        policy=policy,
        compared=compared,
        discrepancies=discrepancies_of(compared),
        moved=moved,
        bridge=bridge,
        totals=control_totals(source.invoices, target.invoices, bridge),
    )


def renumbered(side: Invoices) -> Invoices:
    """The same side, its rows labelled by position whatever their labels were."""
    return replace(side, invoices=side.invoices.reset_index(drop=True))
