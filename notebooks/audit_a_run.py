# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Audit of a stored comparison
#
# The app keeps every comparison with both sides as they were read. This paper opens one of them, shows what it rests
# on and what it found, and then **makes the comparison again** from the kept sides. It reads the workspace on this
# computer and changes nothing, neither there nor in Xero.
#
# **To use it**, leave the next box as it is for the newest comparison, or name one (its name stands on page Activity
# and in every working paper), then run all boxes from the top.

# %% tags=["parameters"]
run = ""  # the name of the comparison; empty for the newest
home = ""  # the folder of the workspace; empty for the usual one
organisation = ""  # needed only where several are connected and none is chosen

# %%
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

sys.path += [str(place) for place in (Path.cwd(), Path.cwd().parent) if (place / "i2g_recon").is_dir()]
import i2g_recon as i2g
from i2g_recon.report.notebook_tables import bridge_rows, open_lines, table
from i2g_recon.report.words import COUNTS, VERDICTS, in_words, rule_rows

stored = i2g.read_run(run, home=home or None, organisation=organisation)
document = stored.document
print(f"Comparison {stored.id}. {VERDICTS[document['verdict']]}")

# %% [markdown]
# ## What it rests on
#
# The fingerprint (SHA-256) of each input is that of the bytes that were read. A file with the same fingerprint is the
# same file.

# %%
inputs = pd.DataFrame(
    [
        {
            "Side": "Invoice2go" if one["side"] == "source" else "Xero",
            "Name": one["name"],
            "Rows": one["rows"],
            "Rows with errors": one["row_errors"],
            "SHA-256": one["sha256"],
        }
        for one in document["inputs"]
    ]
)
table(inputs, counts=("Rows", "Rows with errors"))

# %% [markdown]
# The rules it was made by.

# %%
rules = document["policy"]
table(pd.DataFrame(rule_rows(rules), columns=["Rule", "Is"]))

# %% [markdown]
# ## What it found

# %%
counts = pd.DataFrame([{"": in_words(name, COUNTS), "Invoices": number} for name, number in document["counts"].items()])
table(counts, counts=("Invoices",))

# %% [markdown]
# From the Invoice2go total to the Xero total, one currency after the other. **Unexplained must be 0.00.**

# %%
table(bridge_rows(document["totals"]), amounts=("Amount",), counts=("Invoices",))

# %% [markdown]
# Every invoice that needs a person:

# %%
open_items = open_lines(document["items"])
table(open_items, amounts=("Invoice2go", "Xero"))

# %% [markdown]
# ## The comparison made again
#
# From the two kept sides, by the same rules. Pairs that a person accepted are a decision and not a finding, so they
# are left out of this check. The box stops with an error when anything else comes out otherwise.

# %%
rules_again = i2g.Policy(
    fields=tuple(rules["fields"]),
    tolerance_minor=rules["tolerance_minor"],
    date_tolerance_days=rules["date_tolerance_days"],
    period_from=pd.Timestamp(rules["period_from"]).date() if rules["period_from"] else None,
    period_to=pd.Timestamp(rules["period_to"]).date() if rules["period_to"] else None,
    key_rules=tuple(rules["key_rules"]),
    invoice_number_pairs=rules["invoice_number_pairs"],
)
again = i2g.reconcile(stored.source, stored.target, rules_again, organisation=stored.organisation).to_dict(
    all_items=True
)
decided = {one for item in document["items"] if item.get("matched_by") == "accepted" for one in item["source_ids"]}


def placed(items: list[dict[str, Any]]) -> dict[tuple[str, ...], str]:
    """Where each invoice of Invoice2go stands."""
    return {
        tuple(item["source_ids"]): item["bucket"]
        for item in items
        if item["source_ids"] and not decided & set(item["source_ids"])
    }


assert placed(again["items"]) == placed(document["items"]), "An invoice stands in another group."  # noqa: S101 - the check is the point
for one, other in zip(again["totals"], document["totals"], strict=True):
    assert (one["source"], one["target"]) == (other["source"], other["target"]), "A total came out otherwise."  # noqa: S101 - as above
    assert Decimal(other["unexplained"]) == 0, "The bridge does not close."  # noqa: S101 - as above
print(f"The same result: {len(placed(document['items'])):,} invoices stand where they stood, all totals are equal.")
