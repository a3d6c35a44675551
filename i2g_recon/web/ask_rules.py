"""How invoices are compared, as a person chooses it: which amounts and dates may differ, and how spellings may."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from i2g_recon.core.policy import AMOUNTS
from i2g_recon.jobs.policies import policy_of, save_policy
from i2g_recon.jobs.workspace import Connection, Workspace
from i2g_recon.web.parts import plain

MOST_CENTS, MOST_DAYS = 100, 31
SPELLINGS_HELP = "An exact number always comes first, and two different numbers are never taken for one."
RULE_WORDS = {  # of reference.RULES
    "characters": "invisible and full-width characters",
    "case": "capital and small letters",
    "spaces": "spaces too many",
    "look_alikes": "letters of other alphabets that look the same",
    "prefixes": "words in front: Invoice No. HT-7 is HT-7",
    "dashes": "dashes and spaces: HT 7 is HT-7",
    "confusions": "O and 0, I and 1: HT-1O is HT-10",
    "leading_zeros": "zeros in front: HT-0007 is HT-7",
}
LABELS = {"total": "Total", "subtotal": "Subtotal", "tax": "Tax"}


def ask_rules(ws: Workspace, connection: Connection) -> None:
    """The form; nothing is kept before Save."""
    rules = policy_of(ws, connection.tenant_id)
    st.caption("What is within these limits agrees and is not shown to you as different. 0 is exact, to the cent.")
    with st.form("rules"):
        cents = {
            name: column.number_input(
                f"{LABELS[name]} may differ by (cents)",
                0,
                max(MOST_CENTS, rules.tolerance(name, "")),
                rules.tolerance(name, ""),
                key=f"rules_{name}",
            )
            for name, column in zip(AMOUNTS, st.columns(len(AMOUNTS)), strict=True)
        }
        days = st.number_input(
            "Dates may differ by (days)",
            0,
            max(MOST_DAYS, rules.date_tolerance_days),
            rules.date_tolerance_days,
            key="rules_days",
            width=260,
        )
        st.text("Two spellings of one number may differ in:", help=SPELLINGS_HELP)
        places = st.columns(2)
        spellings = [
            name
            for number, (name, label) in enumerate(RULE_WORDS.items())
            if places[number % 2].checkbox(plain(label), name in rules.key_rules, key=f"rules_key_{name}")
        ]
        by_number = st.toggle(
            "Xero's invoice number may pair too, where its reference is empty",
            rules.invoice_number_pairs,
            key="rules_number",
        )
        if st.form_submit_button("Save the rules", key="rules_save"):
            others = {name: minor for name, minor in rules.tolerance_minor.items() if "/" in name}
            wanted = replace(
                rules,
                tolerance_minor={**others, **{name: int(value) for name, value in cents.items() if value}},
                date_tolerance_days=int(days),
                key_rules=tuple(spellings),
                invoice_number_pairs=by_number,
            )
            save_policy(ws, connection, wanted)
            st.success("Saved. The next comparison goes by these rules.", icon=":material/check_circle:")
