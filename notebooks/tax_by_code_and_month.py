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
# # Tax by code and month, on both sides
#
# For a tax return the question is not only whether each invoice is in Xero, but whether its **tax** is: under the
# right rate, in the right month, to the cent. This paper adds up the tax of every live invoice by month and by tax,
# once as Invoice2go charged it and once as Xero holds it, and names the invoices that make the difference.
#
# It opens a stored comparison and changes nothing. Run all boxes from the top.

# %% tags=["parameters"]
run = ""  # the name of the comparison; empty for the newest
home = ""  # the folder of the workspace; empty for the usual one
organisation = ""  # needed only where several are connected and none is chosen

# %%
import sys
from pathlib import Path

import pandas as pd

sys.path += [str(place) for place in (Path.cwd(), Path.cwd().parent) if (place / "i2g_recon").is_dir()]
import i2g_recon as i2g
from i2g_recon.report.notebook_tables import major, table

stored = i2g.read_run(run, home=home or None, organisation=organisation)
LIVE = ["live", "unknown"]


def by_month(side: i2g.Invoices) -> pd.DataFrame:
    """Invoices, total and tax of each month and currency, of what counts."""
    live = side.invoices[side.invoices["state"].isin(LIVE)]
    months = live.assign(Month=live["date"].dt.strftime("%Y-%m").fillna("no date"), Currency=live["currency"])
    sums = months.groupby(["Month", "Currency"])[["total_minor", "tax_minor"]].sum(min_count=0)
    return sums.assign(Invoices=months.groupby(["Month", "Currency"]).size()).astype("int64")


print(f"Comparison {stored.id}")

# %% [markdown]
# ## Tax by month
#
# Differences are Xero less Invoice2go. A month whose difference is not nothing is looked into below. Where Invoice2go
# does not say how much tax an invoice bears, it counts as nothing there.

# %%
left, right = by_month(stored.source), by_month(stored.target)
months = left.merge(right, how="outer", left_index=True, right_index=True, suffixes=(" left", " right"))
months = months.fillna(0).astype("int64").reset_index()
shown = pd.DataFrame(
    {
        "Month": months["Month"],
        "Currency": months["Currency"],
        "Invoice2go invoices": months["Invoices left"],
        "Xero invoices": months["Invoices right"],
        "Invoice2go tax": major(months["tax_minor left"], months["Currency"]),
        "Xero tax": major(months["tax_minor right"], months["Currency"]),
        "Difference": major(months["tax_minor right"] - months["tax_minor left"], months["Currency"]),
    },
    dtype=object,
)
table(
    shown,
    amounts=("Invoice2go tax", "Xero tax", "Difference"),
    counts=("Invoice2go invoices", "Xero invoices"),
)

# %% [markdown]
# ## Tax by code
#
# How many lines, and how much before tax, stand under each tax. Invoice2go's names are those of its export, Xero's
# are the codes of its tax rates; which becomes which is chosen in the set-up, step Taxes.


# %%
def by_code(side: i2g.Invoices, column: str) -> pd.DataFrame:
    """Lines and invoices under each tax."""
    live = side.invoices.loc[side.invoices["state"].isin(LIVE), ["id", "currency"]]
    lines = side.lines.merge(live, left_on="invoice_id", right_on="id")
    found = lines.groupby([column, "currency"]).agg(Lines=("invoice_id", "size"), Invoices=("invoice_id", "nunique"))
    return found.reset_index().rename(columns={column: "Tax", "currency": "Currency"})


table(by_code(stored.source, "tax_key"), counts=("Lines", "Invoices"))

# %%
table(by_code(stored.target, "tax_type"), counts=("Lines", "Invoices"))

# %% [markdown]
# ## The invoices behind a difference
#
# Those that are in both and whose tax is not the same, with the cause where it is known. Missing invoices and those
# only in Xero move a month's tax as well; they stand in the audit paper and in the work list.

# %%
differing = pd.DataFrame(
    [
        {
            "Number": item["number"],
            "Client": item["contact"],
            "Month": item["date"][:7],
            "Currency": item["currency"],
            "Invoice2go tax": one["source"],
            "Xero tax": one["target"],
            "Difference": one["delta"],
        }
        for item in stored.document["items"]
        for one in item["discrepancies"]
        if one["field"] == "tax"
    ],
    columns=["Number", "Client", "Month", "Currency", "Invoice2go tax", "Xero tax", "Difference"],
    dtype=object,
)
table(differing, amounts=("Invoice2go tax", "Xero tax", "Difference"))

# %% [markdown]
# ## The last check
#
# The months add up to all of it; the box stops with an error when they do not.

# %%
for name, side in (("left", stored.source), ("right", stored.target)):
    live = side.invoices[side.invoices["state"].isin(LIVE)]
    whole, parts = int(live["tax_minor"].sum()), int(months[f"tax_minor {name}"].sum())
    assert whole == parts, f"The months of one side come to {parts}, all invoices to {whole}."  # noqa: S101 - the check is the point
print("The months add up to the tax of every live invoice, on both sides.")
