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
# # The comparison by another path
#
# Software that checks itself proves little. This paper recomputes the plain part of a stored comparison **in SQL**,
# from the two sides as they were read, with none of i2g-recon's comparing code, and holds the outcome against what
# was stored: which invoices are missing, which are only in Xero, which totals differ, and both sums.
#
# It uses SQLite, which every Python brings along. It changes nothing. Run all boxes from the top; the last one says
# that both agree, or stops with an error.

# %% tags=["parameters"]
run = ""  # the name of the comparison; empty for the newest
home = ""  # the folder of the workspace; empty for the usual one
organisation = ""  # needed only where several are connected and none is chosen

# %%
import sqlite3
import sys
from decimal import Decimal
from pathlib import Path

import pandas as pd

sys.path += [str(place) for place in (Path.cwd(), Path.cwd().parent) if (place / "i2g_recon").is_dir()]
import i2g_recon as i2g
from i2g_recon.report.notebook_tables import major, table

stored = i2g.read_run(run, home=home or None, organisation=organisation)
books = sqlite3.connect(":memory:")
books.create_function("plain", 1, lambda text: text.strip().casefold())
COLUMNS = ["id", "number", "reference", "currency", "total_minor", "state"]
for name, invoices in (("source", stored.source), ("target", stored.target)):
    invoices.invoices[COLUMNS].to_sql(name, books, index=False)
print(f"Comparison {stored.id}: {len(stored.source.invoices):,} and {len(stored.target.invoices):,} invoices")

# %% [markdown]
# ## Both sums
#
# Of all invoices but voided and deleted ones, which are counted as rows and never as money.

# %%
SUMS = """
    SELECT currency, sum(total_minor) AS minor FROM {side} WHERE state NOT IN ('void', 'deleted') GROUP BY currency
"""
sums = {side: dict(books.execute(SUMS.format(side=side)).fetchall()) for side in ("source", "target")}
rows = [(side, currency, minor) for side, found in sums.items() for currency, minor in found.items()]
found = pd.DataFrame(rows, columns=["Side", "Currency", "minor"])
table(found.assign(Sum=major(found["minor"], found["Currency"])).drop(columns="minor").astype(object), amounts=("Sum",))

# %% [markdown]
# ## Every number that is plain
#
# A number is plain when one live invoice of Invoice2go has it and at most one of Xero bears it as its reference,
# written alike but for capitals and spaces around it. For these there is nothing to interpret: the pair is there or
# it is not, and the totals are equal or they are not.

# %%
PLAIN = """
    WITH own AS (
        SELECT plain(number) AS key, min(id) AS id, min(total_minor) AS minor, min(currency) AS currency
        FROM source WHERE state = 'live' AND plain(number) <> '' GROUP BY 1 HAVING count(*) = 1
    ), held AS (
        SELECT plain(reference) AS key, min(id) AS id, min(total_minor) AS minor, min(currency) AS currency,
               count(*) AS copies
        FROM target WHERE state IN ('live', 'unknown') GROUP BY 1
    ), repeated AS (
        SELECT plain(number) AS key FROM source GROUP BY 1 HAVING count(*) > 1
    ), ended AS (
        SELECT DISTINCT plain(reference) AS key FROM target WHERE state NOT IN ('live', 'unknown')
    )
    SELECT own.id AS source_id, held.id AS target_id, own.currency AS currency,
           CASE WHEN held.id IS NULL THEN 'missing'
                WHEN held.minor = own.minor AND held.currency = own.currency THEN 'equal'
                ELSE 'other total' END AS outcome
    FROM own LEFT JOIN held USING (key)
    WHERE coalesce(held.copies, 1) = 1 AND key NOT IN (SELECT key FROM repeated) AND key NOT IN (SELECT key FROM ended)
"""
plain = pd.read_sql(PLAIN, books)
table(
    plain.groupby("outcome").size().rename("Invoices").reset_index().rename(columns={"outcome": "Outcome"}),
    counts=("Invoices",),
)

# %% [markdown]
# ## Held against the stored comparison
#
# Accepted pairs, and pairs found by a weaker spelling, are decisions beyond SQL's plain reading and are left out of
# this check. Everything else must be the same.

# %%
items = {one["source_ids"][0]: one for one in stored.document["items"] if len(one["source_ids"]) == 1}
whole = not (stored.document["policy"]["period_from"] or stored.document["policy"]["period_to"])
checked = 0
for row in plain.itertuples(index=False):
    item = items.get(row.source_id)
    if item is None or item["bucket"] in ("excluded", "ambiguous"):
        continue
    if item["bucket"] != "missing" and item["matched_by"] != "exact":
        continue
    fields = {one["field"] for one in item["discrepancies"]}
    if row.outcome == "missing":
        same = item["bucket"] == "missing"
    elif row.outcome == "equal":
        same = item["bucket"] in ("agrees", "differs") and not fields & {"total", "currency"}
    else:
        same = item["bucket"] == "differs" and bool(fields & {"total", "currency"})
    assert same, f"{item['number']} is '{row.outcome}' in SQL and '{item['bucket']}' in the comparison."  # noqa: S101 - the check is the point
    checked += 1
for total in stored.document["totals"] if whole else []:
    for side in ("source", "target"):
        minor = sums[side].get(total["currency"], 0)
        amount = major(pd.Series([minor]), pd.Series([total["currency"]]))[0]
        assert amount == Decimal(total[side]), f"{side} {total['currency']}"  # noqa: S101 - as above
print(f"The same by both paths: {checked:,} invoices one by one, and the sums of both sides.")
