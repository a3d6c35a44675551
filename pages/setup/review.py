"""Step 5: every choice on one page, what the next export will do, and Complete."""

from __future__ import annotations

import streamlit as st

from i2g_recon.core.invoice import NO_TAX_KEY
from i2g_recon.core.setup import tax_type_for
from i2g_recon.jobs.already_pushed import consequences
from i2g_recon.jobs.plan import preview
from i2g_recon.jobs.setup_steps import SetupView, TaxRow, complete_setup
from i2g_recon.web.beside import computed
from i2g_recon.web.parts import amount, empty_state, plain
from i2g_recon.web.places import page
from i2g_recon.web.walk_through import STATUSES, Step, begin_step, show_consequences


def show() -> None:
    """The page."""
    step = begin_step("review")
    choices, forecast = st.columns(2, gap="large")
    with choices:
        show_choices(step.view)
    with forecast:
        show_forecast(step)
    for sentence in step.view.warnings:
        st.caption(f":material/info: {plain(sentence)}")
    show_consequences(consequences(step.ws, step.connection))
    show_complete(step)


def show_choices(view: SetupView) -> None:
    """What was chosen, step by step."""
    setup, organisation = view.setup, view.organisation
    account = organisation.account(setup.revenue_account)
    rows = [
        ("Organisation", organisation.name),
        ("Revenue account", f"{account.code} {account.name}" if account else "not chosen"),
        *((f"Account for item {key}", code) for key, code in setup.item_accounts.items()),
        *((f"Account for client {key}", code) for key, code in setup.client_accounts.items()),
        ("New invoices arrive as", STATUSES.get(setup.status, setup.status)),
        ("Automatic export", "on" if setup.auto_export else "off"),
        ("Rounding line", f"up to {setup.rounding_minor} cents" if setup.rounding_minor else "none"),
        *tax_choices(view),
        ("Taxes confirmed", "yes" if setup.taxes_confirmed or not organisation.pays_tax else "no"),
        ("Currency", f"{organisation.base_currency}, {'confirmed' if setup.currency_confirmed else 'not confirmed'}"),
    ]
    st.header("Your choices", anchor=False)
    st.table(
        {"Choice": [plain(name) for name, _ in rows], "Value": [plain(value) for _, value in rows]}, border="horizontal"
    )


def tax_choices(view: SetupView) -> list[tuple[str, str]]:
    """One line per tax in use."""
    return [(f"Tax {title_of(row)}", choice_of(row, view)) for row in view.taxes]


def title_of(row: TaxRow) -> str:
    """The tax as Invoice2go calls it."""
    return "none on the line" if row.tax.key == NO_TAX_KEY else row.tax.key


def choice_of(row: TaxRow, view: SetupView) -> str:
    """What becomes of it; a rate that was only proposed is not a choice yet."""
    if row.held:
        return "held"
    rate = view.organisation.tax_rate(row.tax_type)
    if rate is None:
        return "not chosen" if row.needed else "No Tax"
    return rate.name if tax_type_for(view.setup, row.tax.key) else f"{rate.name}, proposed"


def show_forecast(step: Step) -> None:
    """What a push would do now."""
    st.header("With the next export", anchor=False)
    words = "Working out what a push would do"
    plan = computed(f"plan {step.connection.tenant_id}", words, lambda: preview(step.ws, step.connection))
    if plan is None:
        empty_state("Import an Invoice2go export to see what would be posted.", "import", "Import an export")
        return
    create, hold = st.columns(2)
    create.metric("Invoices to post", f"{plan.summary.create:,}", border=True)
    hold.metric("Invoices held", f"{plan.summary.hold:,}", border=True)
    for each in plan.summary.currencies:
        posted, held = amount(each.create_minor, each.currency), amount(each.hold_minor, each.currency)
        st.markdown(f"{plain(posted)} to post, {plain(held)} held", text_alignment="right")
    if plan.summary.new_contacts:
        st.caption(f"{plan.summary.new_contacts:,} contacts would be added to Xero.")
    st.caption("Nothing is posted by completing the set-up. Page Push shows each invoice first.")


def show_complete(step: Step) -> None:
    """Complete, or everything that is missing for it."""
    view = step.view
    if view.setup.completed and not view.missing:
        st.success("The set-up is complete.", icon=":material/check_circle:")
        st.page_link(page("reconcile"), label="**Go to Reconcile**", icon=":material/arrow_forward:")
    if view.missing:
        st.warning("Missing for Complete:\n\n" + "\n".join(f"- {plain(each)}" for each in view.missing))
    with st.container(horizontal=True, key="back_and_complete"):
        if st.button("Back", key="back", icon=":material/arrow_back:"):
            st.switch_page(page("currency"))
        closed = bool(view.missing) or view.setup.completed
        if st.button("Complete", key="complete", type="primary", disabled=closed, icon=":material/check:"):
            complete_setup(step.ws, step.connection)
            st.rerun()


show()
