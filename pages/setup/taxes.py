"""Step 3: which Xero tax rate each Invoice2go tax is, with the invoices that use it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from i2g_recon.core.invoice import NO_TAX_KEY
from i2g_recon.core.money import plain as number
from i2g_recon.core.tax_preview import DAYS, TaxPreview
from i2g_recon.jobs.setup_steps import SetupView, TaxRow, change_setup, rate_comparison, tax_preview
from i2g_recon.web.beside import computed
from i2g_recon.web.desk_tables import plain_table
from i2g_recon.web.parts import amount, empty_state, plain, show_back_and_next
from i2g_recon.web.places import page
from i2g_recon.web.walk_through import Step, begin_step, is_settled

WIDTHS = (3, 2, 5)
HOLD, NONE = "hold", "none"
TICK, CHANGED = "taxes_confirmed", "taxes_changed"


def show() -> None:
    """The page."""
    step = begin_step("taxes")
    if not step.view.organisation.pays_tax:
        st.markdown("The organisation does not pay tax: invoices are posted without, those that charge some are held.")
    elif step.view.taxes:
        previews = tax_preview(step.ws, step.connection, step.view)
        keep_choices(step, ask_choices(step.view, previews))
        compare_rates(step)
        confirm(step)
    else:
        empty_state(
            "No Invoice2go export has been imported yet, so there are no taxes to check. Import one now, or go on: "
            "invoices with a tax that is not matched here are held until it is.",
            "import",
            "Import an export",
        )
        confirm(step)
    if show_back_and_next(3):
        st.switch_page(page("currency"))


def ask_choices(view: SetupView, previews: Mapping[str, TaxPreview]) -> dict[str, str]:
    """By tax key: a tax type, hold, none, or empty while nothing is chosen."""
    st.markdown("Each tax of your imported invoices, and the Xero tax rate it becomes. Xero computes the tax itself.")
    return {row.tax.key: ask_choice(row, view, previews.get(row.tax.key)) for row in view.taxes}


def ask_choice(row: TaxRow, view: SetupView, preview: TaxPreview | None) -> str:
    """One row: the tax, what uses it, and the choice."""
    name, value, choice = st.columns(WIDTHS, vertical_alignment="center")
    title = "No tax on the line" if row.tax.key == NO_TAX_KEY else row.tax.key
    mark = "" if is_settled(row, view) else " :orange-badge[Choose]"
    name.markdown(f"**{plain(title)}**{mark}")
    name.caption(f"{row.tax.invoices:,} {'invoice' if row.tax.invoices == 1 else 'invoices'}")
    value.markdown(
        "  \n".join(plain(amount(minor, currency)) for currency, minor in row.tax.total_by_currency),
        text_alignment="right",
    )
    labels = {each.rate.tax_type: f"{each.rate.name} ({each.reason})" for each in row.candidates}
    labels |= {} if row.needed else {NONE: "No Tax (these invoices charge none)"}
    labels[HOLD] = "Hold these invoices"
    options, chosen = list(labels), shown(row)
    picked = choice.selectbox(
        f"Xero tax rate for {title}",
        options,
        index=options.index(chosen) if chosen in options else None,
        format_func=lambda option: labels[option],
        key=f"tax_{row.tax.key}",
        placeholder="Choose a tax rate",
        label_visibility="collapsed",
    )
    if not any(each.equal for each in row.candidates) and row.needed and row.tax.rate is not None:
        choice.caption(f"No rate of {number(row.tax.rate)} % here. Ask who manages the books in Xero to add it.")
    if preview and not row.held:
        choice.caption(plain(preview_words(preview)))
    return picked or ""


def preview_words(preview: TaxPreview) -> str:
    """What this choice makes of the newest invoices, in a sentence."""
    many = f"Of {preview.invoices:,} in the last {DAYS} days"
    if preview.held == preview.invoices:
        return f"{many}, none can be posted yet."
    if not preview.differ:
        rest = f", {preview.held:,} cannot be posted yet" if preview.held else ""
        return f"{many}, {preview.agree:,} come out to the cent in Xero{rest}."
    sums = " and ".join(amount(minor, currency) for currency, minor in preview.apart)
    return f"{many}, {preview.differ:,} would come out different in Xero, by {sums} together; they are held or rounded."


def compare_rates(step: Step) -> None:
    """What each rate that may be chosen would make of the newest invoices, as a table; nothing is posted."""
    if not st.toggle("Compare all rates", key="compare_rates", help=f"On your invoices of the last {DAYS} days."):
        return
    words = "Computing what Xero would make of your invoices"
    found = computed(
        f"rates {step.connection.tenant_id}", words, lambda: rate_comparison(step.ws, step.connection, step.view)
    )
    names = {each.rate.tax_type: each.rate.name for row in step.view.taxes for each in row.candidates}
    rows = [
        {
            "Tax in Invoice2go": "No tax on the line" if key == NO_TAX_KEY else key,
            "Tax rate in Xero": names[tax_type],
            "To the cent": one.agree,
            "Different": one.differ,
            "By": " and ".join(amount(minor, currency) for currency, minor in one.apart),
            "Not possible": one.held,
        }
        for key, rates in found.items()
        for tax_type, one in sorted(rates.items(), key=lambda rate: (-rate[1].agree, names[rate[0]]))
    ]
    plain_table(pd.DataFrame(rows, dtype=object), key="rates_compared", alt="What each tax rate would make of them")


def keep_choices(step: Step, choices: dict[str, str]) -> None:
    """Keep what differs from what the page showed; the tick has to be set again then."""
    if choices != {row.tax.key: shown(row) for row in step.view.taxes}:
        save(step, choices)
        st.session_state[CHANGED] = True
        st.rerun()


def shown(row: TaxRow) -> str:
    """The option that stands for a row, empty when a choice is due."""
    if row.held:
        return HOLD
    known = {each.rate.tax_type for each in row.candidates}
    return row.tax_type if row.tax_type in known else "" if row.needed else NONE


def save(step: Step, choices: dict[str, str], **more: bool) -> None:
    """The choices into the set-up; choices for taxes that are no longer in use stay."""
    setup = step.view.setup
    kept = {key: value for key, value in setup.tax_map.items() if key not in choices}
    mapped = {key: value for key, value in choices.items() if value not in {"", HOLD, NONE}}
    held = [key for key in setup.held_taxes if key not in choices] + [k for k, v in choices.items() if v == HOLD]
    change_setup(step.ws, step.connection, tax_map={**kept, **mapped}, held_taxes=tuple(held), **more)


def confirm(step: Step) -> None:
    """The tick, which opens when every tax in use has its answer."""
    view = step.view
    open_ones = [row.tax.key for row in view.taxes if not is_settled(row, view)]
    stood = view.setup.taxes_confirmed and not open_ones
    if st.session_state.pop(CHANGED, False) or open_ones or TICK not in st.session_state:
        st.session_state[TICK] = stood  # a tick from before a change must not confirm what came after it
    ticked = st.checkbox("The taxes are correct", disabled=bool(open_ones), key=TICK)
    if open_ones:
        st.caption(f"Still open: {plain(', '.join(open_ones))}. Choose a rate or hold, then confirm.")
    if ticked != stood and not open_ones:
        save(step, {row.tax.key: shown(row) for row in view.taxes}, taxes_confirmed=ticked)
        st.rerun()


show()
