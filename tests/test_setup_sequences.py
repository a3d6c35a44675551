"""No sequence of what a person can do reaches Complete with a set-up that would post something wrong.

The rules are checked here a second time, written down on their own, against what the organisation really holds.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fixtures_books import ORGANISATION, invoice, line
from fixtures_store import NOW, connection, store_at
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from i2g_recon.core.frame import from_records
from i2g_recon.core.invoice import NO_TAX_KEY, Invoice
from i2g_recon.errors import NeedsAPerson, SetupIncomplete
from i2g_recon.jobs.plan import plan_of
from i2g_recon.jobs.reconcile import reconcile
from i2g_recon.jobs.setup_steps import Choices, apply_choices, change_setup, complete_setup, setup_view
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.outbox import Outbox
from i2g_recon.xero.transport import Transport

ACCOUNTS = st.sampled_from(["", "200", "260", "280", "400", "860", "999"])
TAXES = st.sampled_from(["GST 10%", "VAT 20%", "No tax 0%", NO_TAX_KEY])
TYPES = st.sampled_from(["", "OUTPUT", "EXEMPTOUTPUT", "OUTPUT15", "INPUT", "OLDOUTPUT", "INVENTED", "hold"])
CURRENCIES = st.sampled_from(["AUD", "NZD", "EUR"])


class Walk(RuleBasedStateMachine):
    """Imports, choices, confirmations and changes in Xero, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.closing = contextlib.ExitStack()
        folder = self.closing.enter_context(TemporaryDirectory())
        store = self.closing.enter_context(store_at(Path(folder)))
        self.ws = Workspace(store.settings, store, Outbox(store), Transport(), lambda: NOW, lambda _: None)
        self.connection = connection()
        self.sales: list[Invoice] = []

    @initialize()
    def begin(self) -> None:
        self.ws.store.save_connection(self.connection)
        self.organisation = replace(ORGANISATION, tenant_id=self.connection.tenant_id)
        self.read()
        self.import_(tax="10", currency="AUD")

    def read(self) -> None:
        tenant_id = self.connection.tenant_id
        self.ws.store.save_organisation(tenant_id, self.organisation, (), NOW)
        self.ws.store.add_snapshot(tenant_id, "target", from_records([]), taken_at=NOW)

    @rule(tax=st.sampled_from(["10", "20", ""]), currency=CURRENCIES)
    def import_(self, tax: str, currency: str) -> None:
        number = f"HT-{len(self.sales)}"
        one = invoice(line("1", "100.00", tax=tax), currency=currency, id=number, number=number, reference=number)
        self.sales.append(one)
        self.ws.store.add_snapshot(self.connection.tenant_id, "source", from_records(self.sales), taken_at=NOW)

    @rule(account=ACCOUNTS, status=st.sampled_from(["DRAFT", "AUTHORISED", "PAID"]))
    def choose_account(self, account: str, status: str) -> None:
        change_setup(self.ws, self.connection, revenue_account=account, status=status)

    @rule(key=TAXES, tax_type=TYPES)
    def choose_tax(self, key: str, tax_type: str) -> None:
        setup = self.ws.store.setup(self.connection.tenant_id)
        kept = {one: own for one, own in setup.tax_map.items() if one != key}
        held = tuple(one for one in setup.held_taxes if one != key)
        if tax_type == "hold":
            change_setup(self.ws, self.connection, tax_map=kept, held_taxes=(*held, key))
        else:
            change_setup(self.ws, self.connection, tax_map={**kept, key: tax_type}, held_taxes=held)

    @rule(what=st.sampled_from(["taxes_confirmed", "currency_confirmed"]), value=st.booleans())
    def confirm(self, what: str, value: bool) -> None:  # noqa: FBT001
        change_setup(self.ws, self.connection, **{what: value})

    @rule(account=ACCOUNTS, taxes=st.booleans(), currency=st.booleans())
    def say_it_all(self, account: str, taxes: bool, currency: bool) -> None:  # noqa: FBT001
        choices = Choices(revenue_account=account, confirm_taxes=taxes, confirm_currency=currency)
        with contextlib.suppress(NeedsAPerson):
            apply_choices(self.ws, self.connection, choices)
        self.look()

    @rule(rate=st.sampled_from(["OUTPUT", "OUTPUT15", "EXEMPTOUTPUT"]))
    def do_it_properly(self, rate: str) -> None:
        keys = [row.tax.key for row in setup_view(self.ws, self.connection).taxes]
        taxes = tuple(f"{key}={rate}" for key in keys)
        choices = Choices(revenue_account="200", taxes=taxes, confirm_taxes=True, confirm_currency=True)
        with contextlib.suppress(NeedsAPerson):
            apply_choices(self.ws, self.connection, replace(choices, status="DRAFT"))
        self.look()

    @rule()
    def complete(self) -> None:
        view = setup_view(self.ws, self.connection)
        try:
            complete_setup(self.ws, self.connection)
        except SetupIncomplete:
            assert view.missing
        self.look()

    @rule(code=st.sampled_from(["200", "260"]), status=st.sampled_from(["ACTIVE", "ARCHIVED"]))
    def archive(self, code: str, status: str) -> None:
        accounts = tuple(replace(one, status=status) if one.code == code else one for one in self.organisation.accounts)
        self.organisation = replace(self.organisation, accounts=accounts)
        self.read()

    @rule(tax_type=st.sampled_from(["OUTPUT", "EXEMPTOUTPUT"]), status=st.sampled_from(["ACTIVE", "DELETED"]))
    def delete_rate(self, tax_type: str, status: str) -> None:
        rates = tuple(
            replace(one, status=status) if one.tax_type == tax_type else one for one in self.organisation.tax_rates
        )
        self.organisation = replace(self.organisation, tax_rates=rates)
        self.read()

    def look(self) -> None:
        """What completing has just let through."""
        setup = self.ws.store.setup(self.connection.tenant_id)
        if setup.completed and not setup_view(self.ws, self.connection).missing:
            self.check(setup)

    def check(self, setup: Any) -> None:
        """The same rules, written down a second time."""
        account = {one.code: one for one in self.organisation.accounts}[setup.revenue_account]
        assert (account.klass, account.status, account.system_account) == ("REVENUE", "ACTIVE", "")
        assert setup.status in {"DRAFT", "AUTHORISED"}
        assert setup.taxes_confirmed
        assert setup.currency_confirmed
        active = [one for one in self.organisation.tax_rates if one.status == "ACTIVE"]
        usable = {one.tax_type for one in active if "REVENUE" in one.applies_to}
        used = {line.tax_key for sale in self.sales for line in sale.lines}
        for key in used - {NO_TAX_KEY}:
            assert key in setup.held_taxes or setup.tax_map[key] in usable

    @invariant()
    def nothing_wrong_would_be_posted(self) -> None:
        """What a push would create posts to active revenue, with a usable rate, in a currency there is."""
        setup = self.ws.store.setup(self.connection.tenant_id)
        if not self.sales or not setup.completed:
            return
        run = reconcile(self.ws, self.connection, refresh="never")
        usable = {one.tax_type for one in self.organisation.tax_rates if one.status == "ACTIVE"}
        good = {one.code for one in self.organisation.accounts if (one.klass, one.status) == ("REVENUE", "ACTIVE")}
        for command in plan_of(self.ws, self.connection, setup, run).commands:
            if command.action == "create":
                assert command.currency in {"AUD", "NZD"}
                assert f'"AccountCode":"{setup.revenue_account}"' in command.body
                assert setup.revenue_account in good
                assert not setup.held_taxes or not any(f'"{key}"' in command.body for key in setup.held_taxes)
                assert all(part.split('"')[0] in usable for part in command.body.split('"TaxType":"')[1:])

    def teardown(self) -> None:
        self.closing.close()


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=12, stateful_step_count=14)
