"""Step 2: the account sales post to, how invoices arrive in Xero, and whether they go by themselves."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from i2g_recon.core.organisation import Account
from i2g_recon.core.setup import NO_LINK_OF_ITS_OWN
from i2g_recon.jobs.setup_steps import change_setup
from i2g_recon.web.parts import can_write, plain, show_back_and_next
from i2g_recon.web.places import page
from i2g_recon.web.walk_through import AUTO_EXPORT_MEANING, STATUS_MEANINGS, STATUSES, Step, begin_step

MOST_RADIOS = 8  # a longer list is easier to search than to read


def show() -> None:
    """The page."""
    step = begin_step("revenue-account")
    account = ask_account(step)
    status = ask_status(step)
    auto_export = step.view.setup.auto_export
    if can_write(step.ws, step.connection):
        auto_export = st.toggle("Automatic export of sent invoices", value=auto_export, key="auto_export")
        st.caption(AUTO_EXPORT_MEANING)
    ask_plan(step)
    answers = {"revenue_account": account, "status": status, "auto_export": auto_export}
    setup = step.view.setup
    touched = account != (setup.revenue_account or step.view.preselected)
    if touched or (status, auto_export) != (setup.status, setup.auto_export):
        change_setup(step.ws, step.connection, **answers)
        st.rerun()
    if show_back_and_next(2, ready=bool(account)):
        change_setup(step.ws, step.connection, **answers)
        st.switch_page(page("taxes"))


def ask_account(step: Step) -> str:
    """The account's code, empty until one is chosen."""
    accounts = {account.code: account for account in step.view.accounts}
    if not accounts:
        st.warning("The organisation has no active revenue account. Add one in Xero, then read from Xero again.")
        return ""
    codes = list(accounts)
    preselected = step.view.preselected
    index = codes.index(preselected) if preselected in codes else None
    question, label = "Which account do your sales post to?", label_of(accounts)
    if len(codes) <= MOST_RADIOS:
        chosen = st.radio(question, codes, index=index, format_func=label, key="revenue_account")
    else:
        chosen = st.selectbox(
            question, codes, index=index, format_func=label, key="revenue_account", placeholder="Choose an account"
        )
    st.caption("Active revenue accounts of the organisation, as they stand in Xero.")
    return chosen or ""


def label_of(accounts: dict[str, Account]) -> Callable[[str], str]:
    """How an account reads in the list."""
    return lambda code: f"{code} {accounts[code].name}"


def ask_status(step: Step) -> str:
    """DRAFT or AUTHORISED."""
    codes = list(STATUSES)
    return st.radio(
        "How should new invoices arrive in Xero?",
        codes,
        index=codes.index(step.view.setup.status),
        format_func=lambda code: STATUSES[code],
        captions=[STATUS_MEANINGS[code] for code in codes],
        key="status",
    )


def ask_plan(step: Step) -> None:
    """The Invoice2go plan, which changes nothing but what is said about Invoice2go's own link."""
    plans = {"starter": "Starter or Lite", "other": "Another plan"}
    known = step.view.setup.invoice2go_plan
    chosen = st.radio(
        "Which Invoice2go plan is it?",
        list(plans),
        index=list(plans).index(known) if known else None,
        format_func=lambda plan: plans[plan],
        key="invoice2go_plan",
        horizontal=True,
    )
    if chosen == "starter":
        st.caption(plain(NO_LINK_OF_ITS_OWN))
    if chosen and chosen != known:
        change_setup(step.ws, step.connection, invoice2go_plan=chosen)
        st.rerun()


show()
