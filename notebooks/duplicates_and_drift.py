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
# # Duplicates, and what changed since
#
# Two questions that come after "is it all there": is anything there **twice**, and did anything **change** after it
# was looked at? The first is answered from one stored comparison, the second from two.
#
# It opens the workspace on this computer and changes nothing. Run all boxes from the top.

# %% tags=["parameters"]
run = ""  # the later comparison; empty for the newest
before = ""  # the earlier one to hold it against; empty for none
home = ""  # the folder of the workspace; empty for the usual one
organisation = ""  # needed only where several are connected and none is chosen

# %%
import sys
from pathlib import Path

import pandas as pd

sys.path += [str(place) for place in (Path.cwd(), Path.cwd().parent) if (place / "i2g_recon").is_dir()]
import i2g_recon as i2g
from i2g_recon.report.notebook_tables import table
from i2g_recon.report.words import SIDES

stored = i2g.read_run(run, home=home or None, organisation=organisation)
print(f"Comparison {stored.id}")

# %% [markdown]
# ## One Invoice2go number on several live invoices in Xero
#
# Every copy is listed. The first of a group is the one to keep, with the reason; the others are to be voided in Xero
# by a person, after a look at both.

# %%
copies = pd.DataFrame(
    [
        {
            "Reference": one["reference"],
            "Copy": one["rank"],
            "Number in Xero": one["number"],
            "Status": one["status"],
            "Currency": one["currency"],
            "Total": one["total"],
            "Why it stands here": one["why"],
        }
        for one in stored.document["duplicates"]
    ],
    columns=["Reference", "Copy", "Number in Xero", "Status", "Currency", "Total", "Why it stands here"],
    dtype=object,
)
table(copies, amounts=("Total",), counts=("Copy",))

# %% [markdown]
# ## What changed since the earlier comparison
#
# One line for every field that reads otherwise now, on either side, and every invoice that appeared or went.

# %%
if before:
    drift = i2g.drift(i2g.read_run(before, home=home or None, organisation=organisation), stored)
    changes, moves = drift.changes, drift.moves
    print(
        "Nothing changed." if drift.nothing else f"{len(changes):,} changes, {len(moves):,} invoices stand elsewhere."
    )
else:
    changes = pd.DataFrame(columns=["side", "kind", "number", "field", "before", "after"])
    moves = pd.DataFrame(columns=["number", "bucket_before", "bucket_after"])
    print("No earlier comparison was named.")

# %%
table(
    pd.DataFrame(
        {
            "Side": changes["side"].map(SIDES),
            "What": changes["kind"],
            "Number": changes["number"],
            "Field": changes["field"].astype("str").str.replace("_", " "),
            "Was": changes["before"].astype("str"),
            "Is": changes["after"].astype("str"),
        },
        dtype=object,
    )
)

# %% [markdown]
# Invoices that stand in another group now:

# %%
table(
    pd.DataFrame(
        {
            "Number": moves["number"],
            "Was": [one or "not there" for one in moves["bucket_before"]],
            "Is": [one or "not there" for one in moves["bucket_after"]],
        },
        dtype=object,
    )
)
