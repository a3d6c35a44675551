"""Somebody who works in Xero while the push runs, in Xero's own pages."""

from __future__ import annotations

import random
from collections.abc import Callable

from sim_books import CLIENT, Books

from i2g_recon.sandbox import ledger, wire
from i2g_recon.sandbox.books import Books as Ledger
from i2g_recon.sandbox.drafting import Drafting
from i2g_recon.sandbox.switches import turn

BY_HAND = "a person"


def adviser(books: Books, rng: random.Random) -> None:
    """One to three things that happen to an organisation every day."""
    for act in rng.sample(ACTS, rng.randrange(1, 4)):
        act(books, rng)


def void_one(books: Books, rng: random.Random) -> None:
    """An invoice that we made is taken back."""
    change_one(books, rng, {"Status": "DELETED"})


def rewrite_one(books: Books, rng: random.Random) -> None:
    """An invoice that we made gets another amount."""
    line = {"Description": "Agreed", "Quantity": 1, "UnitAmount": 1, "AccountCode": "200", "TaxType": "OUTPUT"}
    change_one(books, rng, {"LineItems": [line]})


def change_one(books: Books, rng: random.Random, change: wire.Json) -> None:
    query = "SELECT * FROM invoices WHERE created_by = ? AND status = 'DRAFT' ORDER BY position"
    rows = books.world.state.rows(query, CLIENT)
    if not rows:
        return
    existing = wire.load(ledger.full_text(rng.choice(rows)))
    drafting = Drafting(Ledger(books.world.state, books.tenant_id), int(books.stage.now * 1000), BY_HAND, 4)
    draft = drafting.update(change, existing)
    assert not draft.errors, draft.errors
    drafting.save(draft)
    books.touched.add(existing["InvoiceNumber"])


def type_one(books: Books, rng: random.Random) -> None:
    """Somebody types an invoice with a number that we are about to use."""
    number = rng.choice(("I-0001", "I-0002", "1", "2"))
    drafting = Drafting(Ledger(books.world.state, books.tenant_id), int(books.stage.now * 1000), BY_HAND, 4)
    line = {"Description": "By hand", "Quantity": 1, "UnitAmount": 5, "AccountCode": "200", "TaxType": "OUTPUT"}
    draft = drafting.create(
        {
            "Type": "ACCREC",
            "InvoiceNumber": number,
            "Contact": {"Name": "Marlin Cafe"},
            "Date": "2026-10-02",
            "DueDate": "2026-10-16",
            "LineItems": [line],
        }
    )
    if draft.errors:  # we were first
        return
    record, _ = drafting.save(draft)
    books.typed.add(record["InvoiceID"])
    books.touched.add(number)


def archive_account(books: Books, _rng: random.Random) -> None:
    """The account of the parts is archived: invoices with parts are refused from now on."""
    turn(books.world, switch="archive_account", organisation=books.tenant_id, value="260")


def expire(books: Books, _rng: random.Random) -> None:
    """All access tokens end at once."""
    turn(books.world, switch="expire_tokens", organisation=books.tenant_id)


def lock(books: Books, _rng: random.Random) -> None:
    """The period is locked; drafts can still be made in it."""
    turn(books.world, switch="period_lock", organisation=books.tenant_id, value="2026-10-31")


ACTS: tuple[Callable[[Books, random.Random], None], ...] = (
    void_one,
    rewrite_one,
    type_one,
    archive_account,
    expire,
    lock,
)
