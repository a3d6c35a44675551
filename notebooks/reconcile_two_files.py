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
# # Is every Invoice2go invoice in Xero?
#
# This audit compares two files: the invoices you exported from **Invoice2go** and the sales invoices you exported from
# **Xero**. It needs no connection to Xero, changes nothing there and stores nothing. It answers four questions:
#
# 1. Which invoices are missing in Xero, and which are in Xero only?
# 2. Which are in both and not the same to the cent?
# 3. Which cannot be matched without a person, because a number or a reference repeats?
# 4. Do the two totals meet, with every cent of the difference explained?
#
# **To use it on your own files**, change the two paths in the next box, then run all boxes from the top
# (menu *Run*, *Run All Cells*). To try it first, type `python3 run.py samples notebooks/samples` in the folder of
# i2g-recon: it writes a pair of sample files.
#
# Some words: an invoice **agrees** when everything that could be compared is the same. A **reference** is the field of
# a Xero invoice that holds the Invoice2go number. The **bridge** is the list of amounts that leads from the Invoice2go
# total to the Xero total.

# %% tags=["parameters"]
import os

folder = os.environ.get("I2G_RECON_SAMPLES", "samples")
source_path = f"{folder}/invoice2go_export.zip"  # the export as Invoice2go gave it: zip or csv
target_path = f"{folder}/SalesInvoices.csv"  # Xero's own export of the sales invoices, or saved API pages (.json)
dates_day_first = None  # how the Xero file writes dates: True 31/12, False 12/31, None as the file itself shows
working_paper = ""  # a name that ends in .xlsx writes the working paper there

# %%
import sys
from decimal import Decimal
from pathlib import Path

import pandas as pd

sys.path += [str(place) for place in (Path.cwd(), Path.cwd().parent) if (place / "i2g_recon").is_dir()]
import i2g_recon as i2g
from i2g_recon.report.bridge_picture import BridgePicture
from i2g_recon.report.notebook_tables import bridge_rows, table
from i2g_recon.report.words import BUCKETS, FIELDS, SIDES, VERDICTS, in_words, reason_words

# %% [markdown]
# ## What was read
#
# The fingerprint (SHA-256) proves later which files this was. Rows that could not be read are listed below the table;
# they are in no total until they are put right.

# %%
source = i2g.read_invoice2go(source_path)
target = i2g.read_xero(target_path, day_first=dates_day_first)
sides = {"Invoice2go": source, "Xero": target}
table(
    pd.DataFrame(
        [
            {
                "Side": name,
                "File": side.origin.name,
                "Invoices read": len(side.invoices),
                "Rows with errors": len(side.row_errors),
                "SHA-256": side.origin.sha256,
            }
            for name, side in sides.items()
        ]
    ),
    counts=("Invoices read", "Rows with errors"),
)

# %%
row_errors = pd.DataFrame(
    [
        {"File": error.file, "Row": error.row, "Column": error.column, "Problem": error.problem, "Remedy": error.remedy}
        for side in sides.values()
        for error in side.row_errors
    ],
    columns=["File", "Row", "Column", "Problem", "Remedy"],
)
table(row_errors, counts=("Row",))

# %% [markdown]
# Remarks of the readers:

# %%
remarks = [{"Side": name, "Remark": note} for name, side in sides.items() for note in side.notes]
table(pd.DataFrame(remarks, columns=["Side", "Remark"]))

# %% [markdown]
# ## The result
#
# Every invoice of either file lands in exactly one of these groups.

# %%
result = i2g.reconcile(source, target)
counts = result.counts
print(VERDICTS[result.verdict])
table(
    pd.DataFrame(
        [
            {
                "Group": bucket.capitalize(),
                "What it means": meaning,
                "Items": int((result.items["bucket"] == bucket).sum()),
            }
            for bucket, meaning in BUCKETS.items()
        ]
    ),
    counts=("Items",),
)

# %% [markdown]
# ## The bridge from Invoice2go to Xero
#
# Begin with the Invoice2go total, add every line, and you arrive at the Xero total. Currencies are never added
# together, so each has its own bridge. What is left **unexplained must be 0.00**.

# %%
totals = result.to_dict()["totals"]
bridge = bridge_rows(totals)
table(bridge, amounts=("Amount",), counts=("Invoices",))

# %% [markdown]
# The same as a picture, for the currency with the most steps. Where the totals are much longer than the steps, the
# drawing leaves out their beginning, so that the steps can be seen.

# %%
BridgePicture(max(totals, key=lambda total: len(total["bridge"]))) if totals else "There is nothing to draw."

# %% [markdown]
# ## What needs a person, by reason


# %%
def why(item: pd.Series) -> str:
    """The reason of an item; for one that differs the causes, or the fields where amounts agree."""
    if item["bucket"] != "differs":
        return reason_words(item["reason"])
    causes = dict.fromkeys(reason_words(one["cause"]) for one in item["discrepancies"] if one["cause"])
    fields = [in_words(one["field"], FIELDS).lower() for one in item["discrepancies"]]
    return "; ".join(causes) or f"Another {' and '.join(fields)}"


needs_a_person = result.items[result.items["bucket"].isin(["missing", "differs", "ambiguous", "extra"])]
reasons = pd.DataFrame(
    [{"Group": item["bucket"].capitalize(), "Why": why(item)} for _, item in needs_a_person.iterrows()],
    columns=["Group", "Why"],
)
by_reason = reasons.groupby(["Group", "Why"], sort=False).size().rename("Items").reset_index()
table(by_reason, counts=("Items",))


# %% [markdown]
# ### Missing in Xero
#
# Each of these was read from Invoice2go, and no live invoice in the Xero file carries its number.


# %%
def listed(bucket: str) -> pd.DataFrame:
    """The items of one group."""
    chosen = result.items[result.items["bucket"] == bucket]
    return pd.DataFrame(
        {
            "Number": chosen["number"],
            "Reference in Xero": chosen["reference"],
            "Client": chosen["contact"],
            "Date": chosen["date"],
            "Currency": chosen["currency"],
            "Invoice2go": chosen["source_total"],
            "Xero currency": chosen["target_currency"],
            "Xero": chosen["target_total"],
            "Why": chosen["reason"].map(reason_words),
        },
        dtype=object,
    )


table(listed("missing").drop(columns=["Reference in Xero", "Xero currency", "Xero"]), amounts=("Invoice2go",))

# %% [markdown]
# ### In Xero only

# %%
table(listed("extra").drop(columns=["Invoice2go", "Xero currency"]), amounts=("Xero",))

# %% [markdown]
# ### Ambiguous
#
# A number or a reference stands on several invoices. Nothing is guessed: open these in both programs and decide.

# %%
table(listed("ambiguous"), amounts=("Invoice2go", "Xero"))

# %% [markdown]
# ### In both, and not the same
#
# One line for every field that differs. Differences are Xero less Invoice2go; those of dates are days.

# %%
differing = result.discrepancies
table(
    pd.DataFrame(
        {
            "Number": differing["number"],
            "Field": [in_words(field, FIELDS) for field in differing["field"]],
            SIDES["source"]: differing["source"],
            SIDES["target"]: differing["target"],
            "Difference": ["" if delta is None else str(delta) for delta in differing["delta"]],
            "Cause": [reason_words(cause) if cause else "" for cause in differing["cause"]],
        }
    )
)

# %% [markdown]
# ## What two files cannot show
#
# - **Voided and deleted invoices.** Xero leaves them out of its export. An invoice that was in Xero and was voided
#   looks just like one that never arrived: it stands above as missing, without the word voided. Look into Xero's
#   history before you enter it again. (Saved API pages do hold voided invoices.)
# - **Currencies the organisation does not have.** The files do not say which currencies Xero is set up for.
# - **What changed since.** The result is as old as the older of the two files.
# - **Invoices outside the export's dates or filters.** They look missing or extra; export the same period from both.
#
# A run against Xero itself (`i2g-recon reconcile`) sees all of these.
#
# ## The last check
#
# This box recomputes the result by another path. It says "The bridge closes" or stops with an error; with an error,
# rely on nothing above.

# %%
for total in totals:
    steps = sum((Decimal(step["amount"]) for step in total["bridge"]), Decimal(0))
    closes = Decimal(total["source"]) + steps == Decimal(total["target"]) and Decimal(total["unexplained"]) == 0
    assert closes, f"The bridge in {total['currency']} does not close."  # noqa: S101 - this check is the notebook's point
for name, side, ids in (("Invoice2go", source, "source_ids"), ("Xero", target, "target_ids")):
    placed = sorted(one for some in result.items[ids] for one in some)
    assert placed == sorted(side.invoices["id"]), f"An invoice of {name} is in no group or in two."  # noqa: S101 - as above
print("The bridge closes: every cent between the two totals is explained, and every invoice is in one group.")

# %%
if working_paper:
    result.to_excel(working_paper)
    print(f"Working paper written: {working_paper}")
