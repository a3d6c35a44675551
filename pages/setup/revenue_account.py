"""Step 2: the account sales post to, how invoices arrive in Xero, and whether they go by themselves."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from i2g_recon.core.organisation import Account
from i2g_recon.core.reference import match_key
from i2g_recon.core.setup_choices import NO_LINK_OF_ITS_OWN
from i2g_recon.jobs.setup_steps import change_setup, items_and_clients
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
    ask_other_accounts(step)
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


def ask_other_accounts(step: Step) -> None:
    """Another account for an item or a client; the item's goes before the client's."""
    setup = step.view.setup
    kept = {"item": dict(setup.item_accounts), "client": dict(setup.client_accounts)}
    number = sum(map(len, kept.values()))
    with st.expander(f"Other accounts for some items or clients{f' ({number})' if number else ''}"):
        for what, accounts in kept.items():
            for key, code in accounts.items():
                told, away = st.columns((5, 1), vertical_alignment="center")
                told.text(f"{what.capitalize()} {key}: {code}")
                if away.button("Remove", key=f"other_away_{what}_{key}"):
                    keep_other(step, what, {one: own for one, own in accounts.items() if one != key})
        whose = st.radio("For", list(kept), format_func=str.capitalize, horizontal=True, key="other_what")
        names = items_and_clients(step.ws, step.connection)[whose]
        usable = {account.code: account for account in step.view.accounts}
        name = st.selectbox("Name", names, index=None, key=f"other_name_{whose}", placeholder="As Invoice2go writes it")
        chosen = st.selectbox("Account", list(usable), index=None, format_func=label_of(usable), key="other_code")
        if st.button("Use this account", key="other_add", disabled=not (name and chosen)) and name and chosen:
            keep_other(step, whose, {**kept[whose], match_key(name): chosen})


def keep_other(step: Step, what: str, accounts: dict[str, str]) -> None:
    """Keep the accounts of items or clients, and show the page anew."""
    change_setup(step.ws, step.connection, **{f"{what}_accounts": accounts})
    st.rerun()


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
