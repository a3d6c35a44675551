"""The parts of the overview: next action, counts, findings, and the money bridge of each currency."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from i2g_recon.core.findings import FINDING_WORDS
from i2g_recon.core.money import D, exponent, from_minor, money_text, to_minor
from i2g_recon.jobs.overview import Overview
from i2g_recon.jobs.reconcile import RunView
from i2g_recon.report.charts import bridge_chart, bridge_steps, bridge_words
from i2g_recon.web.days import days_in
from i2g_recon.web.desk_causes import FIX
from i2g_recon.web.desk_items import BUCKETS, finding_counts, sums, words
from i2g_recon.web.desk_tables import link, money, money_told, places_of, plain_table
from i2g_recon.web.desk_words import count, next_action
from i2g_recon.web.desk_work import ALL, STATUSES
from i2g_recon.web.parts import plain
from i2g_recon.web.places import page

BAR = "bar"  # the chart's selection
HELP = {
    "agrees": "In both, the same to the cent.",
    "missing": "In Invoice2go and not in Xero.",
    "differs": "In both, and something is not the same.",
    "ambiguous": "The same number occurs more than once, so nothing is guessed. Invoices of both sides are counted.",
    "extra": "In Xero and not in the imported Invoice2go files.",
    "excluded": "Not sent, voided, deleted, or outside the chosen period. Invoices of both sides are counted.",
}


def show_next_action(view: Overview, *, may_push: bool) -> None:
    """The one thing to do next, with the way there; an audit looks and does not push."""
    if view.left_open and may_push:
        link("push", "Next: finish the last push")
    elif view.imported_since or view.taken_back_since or view.rules_since or view.pushed_since:
        st.text("Next: reconcile again, so that everything is part of the comparison.")
    elif group := next_action(view):
        about = f"{count(group.invoices, 'invoice', 'invoices')}, {sums(group.totals)}"
        said = f"Next: {group.words} ({about})"
        if group.code == "sent_not_in_target" and may_push:
            link("push", said)
        else:
            link("reconcile", said, reason=group.words)


def show_counts(run: RunView) -> None:
    """Invoices per bucket."""
    counts = dict(run.counts)
    counts["excluded"] = counts["excluded_source"] + counts["excluded_target"]
    with st.container(horizontal=True, key="counts"):
        for bucket in ("agrees", "missing", "differs", "ambiguous", "extra", "excluded"):
            st.metric(BUCKETS[bucket], f"{counts[bucket]:,}", border=True, help=HELP[bucket], width=150)
    agreed = f"{counts['source']:,} invoices from Invoice2go, {counts['target']:,} from Xero."
    refused = sum(one["row_errors"] for one in run.document["inputs"])
    st.text(agreed + (f" {count(refused, 'row has', 'rows have')} a reading error or doubt." if refused else ""))


def show_findings(run: RunView) -> None:
    """Runs of missing invoices, and what is no difference in the amounts and still worth knowing."""
    for gap in run.document.get("gaps", ()):
        st.warning(plain(days_in(gap["words"])), icon=":material/link_off:")
    for code, number in finding_counts(run.document["items"]).items():
        if number:
            label = f"{FINDING_WORDS[code]}: {count(number, 'invoice', 'invoices')}"
            link("reconcile", label, finding=FINDING_WORDS[code], bucket=ALL)


def show_root_causes(run: RunView) -> None:
    """What one person does once to clear many exceptions, the fix that clears most money first."""
    causes = run.document.get("root_causes", ())
    if not causes:
        return
    st.header("What to fix first", anchor=False)
    rows = [
        {
            "What": days_in(cause["words"]),
            "Exceptions": cause["exceptions"],
            "Amount": ", ".join(amount(one["amount"], one["currency"]) for one in cause["amounts"]),
            "What clears it": cause["remedy"],
        }
        for cause in causes
    ]
    said = f"{rows[0]['What']}: {count(rows[0]['Exceptions'], 'exception', 'exceptions')}. {rows[0]['What clears it']}"
    plain_table(pd.DataFrame(rows), key="root_causes", alt=said, columns={"Amount": money_told("Amount")})
    everything = {"bucket": next(iter(STATUSES)), "reason": ALL, "currency": ALL, "finding": ALL}
    link("reconcile", "The work list in this order", order=FIX, **everything)


def show_bridges(run: RunView) -> None:
    """Control totals, chart and table, one currency after the other; they are never added together."""
    for total in run.document["totals"]:
        st.header(f"From Invoice2go to Xero, {total['currency']}", anchor=False)
        show_control_totals(total)
        key = f"bridge_{total['currency']}"
        chart = bridge_chart(total).add_params(alt.selection_point(name=BAR, fields=["label"]))
        state = st.altair_chart(chart, key=key, alt=bridge_words(total), on_select="rerun", selection_mode=BAR)
        pressed = [str(one["label"]) for one in state["selection"].get(BAR, [])]
        steps = [words(step["reason"]) for step in total["bridge"]]
        if pressed and pressed[0] in steps:
            st.switch_page(page("reconcile"), query_params=filters_of(pressed[0], total))
        with st.expander("The same as a table"):
            table = bridge_table(total)
            columns = {"Amount": money("Amount", places_of(table["Amount"]))}
            plain_table(table, key=f"bridge_table_{total['currency']}", alt=bridge_words(total), columns=columns)
            for reason in steps:
                link("reconcile", f"Show: {reason}", **filters_of(reason, total))


def filters_of(reason: str, total: Mapping[str, Any]) -> dict[str, str]:
    """What the work list shows for one bar: every invoice of that reason and currency, also what needs nobody."""
    return {"reason": reason, "currency": str(total["currency"]), "bucket": ALL, "state": ALL}


def show_control_totals(total: Mapping[str, Any]) -> None:
    """Both sides, the difference, and what nobody explains, which must be nothing."""
    currency = total["currency"]
    difference = to_minor(D(total["target"]) - D(total["source"]), currency)
    figures = {
        "Invoice2go": amount(total["source"], currency),
        "Xero": amount(total["target"], currency),
        "Difference": money_text(difference, currency),
        "Unexplained": amount(total["unexplained"], currency),
    }
    with st.container(horizontal=True, key=f"totals_{currency}"):
        for label, figure in figures.items():
            st.metric(label, figure, border=True, width=220)
    if D(total["unexplained"]):
        st.error("The sums do not close. Do not rely on this comparison; please report it.")
    set_aside = total["not_counted"]
    if any(D(text) for text in set_aside.values()):
        gone = " and ".join(amount(text, currency) for text in set_aside.values() if D(text))
        st.text(f"Voided and deleted invoices are not counted: {gone}.")


def amount(text: str, currency: str) -> str:
    """An amount of the run's document for a person."""
    return money_text(to_minor(D(text), currency), currency)


def bridge_table(total: Mapping[str, Any]) -> pd.DataFrame:
    """The bars as rows: reason, invoices, amount."""
    steps, currency = bridge_steps(total), str(total["currency"])
    places = Decimal(1).scaleb(-exponent(currency))
    return pd.DataFrame(
        {
            "Reason": steps["label"],
            "Invoices": steps["count"],
            "Amount": [from_minor(int(minor), currency).quantize(places) for minor in steps["amount_minor"]],
            "Currency": currency,
        }
    )
