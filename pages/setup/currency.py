"""Step 4: the currencies of the imported invoices against those of the organisation."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from i2g_recon.jobs.setup_steps import SetupView, change_setup
from i2g_recon.web.parts import amount, empty_state, plain, show_back_and_next
from i2g_recon.web.places import page
from i2g_recon.web.walk_through import Step, begin_step

MEANINGS = {
    "base": "Posted: the organisation's own currency",
    "subscribed": "Posted: Xero converts at its rate of the day",
    "not_subscribed": "Held until the currency is added in Xero",
}
HOW_TO_ADD = (
    "To add a currency: in Xero, Settings, Currencies, Add currency (Xero's plan must allow it). Then read again."
)


def show() -> None:
    """The page."""
    step = begin_step("currency")
    base = step.view.organisation.base_currency
    st.markdown(f"{plain(step.view.organisation.name)} keeps its books in **{plain(base)}**.")
    if step.view.currencies:
        show_findings(step.view)
    else:
        empty_state(
            f"No Invoice2go export has been imported yet. Confirm if your invoices are mostly in {plain(base)}; "
            "invoices in a currency that the organisation does not have are held.",
            "import",
            "Import an export",
        )
    confirm(step)
    if show_back_and_next(4):
        st.switch_page(page("review"))


def show_findings(view: SetupView) -> None:
    """One row per currency, and what is wrong in words."""
    rows = [
        (
            each.use.currency or "(none)",
            f"{each.use.invoices:,}",
            amount(each.use.total_minor, each.use.currency),
            "Not possible here" if each.blocks else MEANINGS[each.kind],
        )
        for each in view.currencies
    ]
    st.dataframe(
        pd.DataFrame(rows, columns=["Currency", "Invoices", "Value", "What happens"]),
        hide_index=True,
        key="currencies",
        alt="Currencies of the imported invoices with number, value and what happens to them",
        column_config={
            "Currency": st.column_config.TextColumn(width="small"),
            "Invoices": st.column_config.TextColumn(width="small", alignment="right"),
            "Value": st.column_config.TextColumn(width="medium", alignment="right"),
        },
    )
    for each in view.currencies:
        if each.blocks:
            st.error(plain(each.sentence), icon=":material/error:")
    if any(each.kind == "not_subscribed" and not each.blocks for each in view.currencies):
        st.caption(HOW_TO_ADD)


def confirm(step: Step) -> None:
    """The tick, closed while the main currency is not the organisation's."""
    blocked = any(each.blocks for each in step.view.currencies)
    stood = step.view.setup.currency_confirmed and not blocked
    ticked = st.checkbox("The currencies are right", value=stood, disabled=blocked, key="currency_confirmed")
    if ticked != stood and not blocked:
        change_setup(step.ws, step.connection, currency_confirmed=ticked)
        st.rerun()


show()
