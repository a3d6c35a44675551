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
# # Closing a period
#
# The paper for the file: what was invoiced in a period, what of it is in Xero, what is still open, and who decided
# what. It opens a stored comparison, looks at the period named below, and changes nothing.
#
# Signing off itself is done on page Close or with `i2g-recon close`: it reads Xero afresh and keeps the evidence.

# %% tags=["parameters"]
run = ""  # the name of the comparison, for instance that of a sign-off; empty for the newest
period_from, period_to = "", ""  # days as 2026-04-01; empty for the period of the comparison, or for everything
home = ""  # the folder of the workspace; empty for the usual one
organisation = ""  # needed only where several are connected and none is chosen

# %%
import sys
from collections import Counter
from pathlib import Path

import pandas as pd

sys.path += [str(place) for place in (Path.cwd(), Path.cwd().parent) if (place / "i2g_recon").is_dir()]
import i2g_recon as i2g
from i2g_recon.core.money import from_minor
from i2g_recon.report.notebook_tables import open_lines, table
from i2g_recon.report.words import BUCKETS, VERDICTS

stored = i2g.read_run(run, home=home or None, organisation=organisation)
policy = stored.document["policy"]
begin, end = period_from or policy["period_from"] or "", period_to or policy["period_to"] or "9999-12-31"
items = [one for one in stored.document["items"] if begin <= (one["date"] or begin) <= end]
print(f"Comparison {stored.id}, {begin or 'from the beginning'} to {'today' if end == '9999-12-31' else end}.")
print(VERDICTS[stored.document["verdict"]] + " (the comparison as a whole)")

# %% [markdown]
# ## What the period holds

# %%
counted = Counter(one["bucket"] for one in items)
table(
    pd.DataFrame(
        [
            {"Group": name.capitalize(), "What it means": words, "Lines": counted[name]}
            for name, words in BUCKETS.items()
        ]
    ),
    counts=("Lines",),
)

# %% [markdown]
# ## Turnover and tax of the period
#
# Of the invoices that count on either side, by the date of the invoice.


# %%
def sums(side: i2g.Invoices, name: str) -> list[dict[str, object]]:
    """Invoices, total and tax of one side in the period, by currency."""
    days = side.invoices["date"].dt.strftime("%Y-%m-%d").fillna("")
    own = side.invoices[side.invoices["state"].isin(["live", "unknown"]) & (days >= begin) & (days <= end)]
    return [
        {
            "Side": name,
            "Currency": currency,
            "Invoices": len(rows),
            "Total": from_minor(int(rows["total_minor"].sum()), currency),
            "Tax": from_minor(int(rows["tax_minor"].sum()), currency),
        }
        for currency, rows in own.groupby("currency")
    ]


turnover = pd.DataFrame([*sums(stored.source, "Invoice2go"), *sums(stored.target, "Xero")], dtype=object)
table(turnover, amounts=("Total", "Tax"), counts=("Invoices",)) if len(turnover) else "Nothing is dated in the period."

# %% [markdown]
# ## What is still open
#
# These roll forward into the next period, or are settled before this one is closed. The comparison does not hide what
# a person accepted: it stands here with the rest.

# %%
still_open = open_lines(items)
table(still_open, amounts=("Invoice2go", "Xero"))

# %%
print("Nothing is open." if still_open.empty else f"{len(still_open):,} lines are open; say in the sign-off why.")
