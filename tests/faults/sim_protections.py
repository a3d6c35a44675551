"""Each protection of the push, switched off: the simulation must notice, or it proves nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from i2g_recon.errors import AnswerLost
from i2g_recon.jobs import connect, outcomes, push, sending
from i2g_recon.store.outbox import Outbox
from i2g_recon.xero import verdicts, writer
from i2g_recon.xero.session import XeroSession
from i2g_recon.xero.transport import Transport


def no_journal() -> Any:
    """Nothing is written down before it is sent."""
    return mock.patch.object(Outbox, "mark_sent", return_value=None)


def no_read_back() -> Any:
    """What Xero answered is believed, and what it did not answer is sent again without looking."""
    stack = ExitStack()
    stack.enter_context(
        mock.patch.object(
            sending, "settle_what_is_there", lambda ws, _session, commands: outcomes.still_open(ws, commands)
        )
    )
    true_create = writer.create_invoices

    def believed(ws: Any, session: XeroSession, commands: Sequence[Any], *, owner: str, key: str) -> outcomes.Sent:
        ws.outbox.mark_sent([one.id for one in commands], ws.clock(), key, owner=owner)
        bodies = [sending.body_of(one) for one in commands]
        answers, sent = outcomes.answered(commands, lambda: true_create(session, bodies, idempotency_key=key))
        for one, outcome in zip(commands, answers, strict=bool(answers)):
            state = "confirmed" if outcome.ok else "rejected"
            found = outcome.invoice.id if outcome.invoice else ""
            ws.outbox.settle(one.id, state, ws.clock(), xero_invoice_id=found, messages=outcome.messages)
        return sent

    stack.enter_context(mock.patch.object(sending, "send_once", believed))
    return stack


def no_number_of_our_own() -> Any:
    """Xero gives the numbers."""
    true_body = sending.body_of

    def without(command: Any) -> Mapping[str, Any]:
        return {name: value for name, value in true_body(command).items() if name != "InvoiceNumber"}

    return mock.patch.object(sending, "body_of", without)


def no_lease() -> Any:
    """Everybody may work on everything."""
    stack = ExitStack()
    stack.enter_context(mock.patch.object(Outbox, "claim_all", lambda self, ids, *_: self.open_among(ids)))
    true_mark = Outbox.mark_sent

    def unowned(self: Outbox, ids: Sequence[str], now: dt.datetime, key: str, **_: object) -> None:
        true_mark(self, ids, now, key)

    stack.enter_context(mock.patch.object(Outbox, "mark_sent", unowned))
    return stack


def blind_retries() -> Any:
    """A write whose answer was lost is sent again by the transport."""
    once = Transport._write  # noqa: SLF001

    def again(self: Transport, call: Any) -> Any:
        try:
            return once(self, call)
        except AnswerLost:
            return once(self, call)

    return mock.patch.object(Transport, "_write", again)


def no_tenant_binding() -> Any:
    """The organisation that is chosen in some window is the one that is called."""

    def chosen(ws: Any, connection: Any) -> XeroSession:
        bound = connect.open_session(ws, connection)
        return replace(bound, tenant_id=ws.store.chosen_organisation() or connection.tenant_id)

    return mock.patch.object(push, "open_session", chosen)


def joined_by_order() -> Any:
    """The first answer belongs to the first invoice."""

    def by_order(bodies: Sequence[Any], elements: Sequence[Any], _: Any) -> tuple[dict[int, Any], list[Any]]:
        return dict(zip(range(len(bodies)), elements, strict=False)), []

    return mock.patch.object(verdicts, "join", by_order)


PROTECTIONS: dict[str, Callable[[], Any]] = {
    "journal": no_journal,
    "read_back": no_read_back,
    "number": no_number_of_our_own,
    "lease": no_lease,
    "no_retries": blind_retries,
    "tenant": no_tenant_binding,
    "join": joined_by_order,
}


@contextmanager
def switched_off(name: str) -> Iterator[None]:
    """Without this protection; with all of them for ''."""
    if not name:
        yield
        return
    with PROTECTIONS[name]():
        yield
