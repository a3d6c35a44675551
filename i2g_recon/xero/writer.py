"""Writes through xero-python: dict bodies, raw answers, our transport beneath it.

Invoices are created with PUT, which never touches an existing one, and changed with POST by InvoiceID. An answer is
joined to what was sent by number, reference or id, never by order. Where an answer leaves open what happened to an
invoice, the whole call is AnswerLost: the caller then looks up what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from i2g_recon.core.invoice import Contact, Invoice
from i2g_recon.errors import Refused
from i2g_recon.xero.answers import one_invoice, text
from i2g_recon.xero.reader import contact
from i2g_recon.xero.session import XeroSession, refusal, token_expired
from i2g_recon.xero.transport import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, Answer
from i2g_recon.xero.verdicts import (
    Identity,
    id_of,
    judged,
    name_of,
    number_of,
    reference_of,
    require_identities,
    tidy,
)

LONGEST_HISTORY = 2500
MOST_DIGITS = 15  # xero-python sends numbers through a float, which keeps this many
INVOICE_IDENTITIES = (number_of, reference_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one invoice that was sent. messages: Xero's sentences, refusals or warnings."""

    reference: str
    invoice_number: str
    ok: bool
    invoice: Invoice | None = None
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactOutcome:
    """What became of one contact that was sent."""

    name: str
    ok: bool
    contact: Contact | None = None
    messages: tuple[str, ...] = ()


def create_invoices(
    session: XeroSession, bodies: Sequence[Mapping[str, Any]], *, idempotency_key: str
) -> list[Outcome]:
    """Creates at most 50 invoices in one call; one outcome per body, in the order of the bodies.

    Each body bears an InvoiceNumber, or at least a Reference, that no other body of the call has (ValueError
    otherwise). Raises AnswerLost when it is not known what was saved, Refused when the call itself was refused, and
    what Transport and XeroSession raise.
    """
    return sent_invoices(session, "create_invoices", bodies, INVOICE_IDENTITIES, idempotency_key)


def update_invoices(
    session: XeroSession, bodies: Sequence[Mapping[str, Any]], *, idempotency_key: str
) -> list[Outcome]:
    """Changes at most 50 invoices in one call, each named by the InvoiceID in its body; as `create_invoices`.

    Raises ValueError for a body without InvoiceID: by its number alone, Xero would make a new invoice of it.
    """
    if not all(id_of(body) for body in bodies):
        raise ValueError("a change names the invoice by its InvoiceID")
    return sent_invoices(session, "update_or_create_invoices", bodies, (id_of,), idempotency_key)


def sent_invoices(
    session: XeroSession,
    method: str,
    bodies: Sequence[Mapping[str, Any]],
    identities: Sequence[Identity],
    idempotency_key: str,
) -> list[Outcome]:
    """One call with a verdict per invoice."""
    require_identities(bodies, identities)

    def send(api: Any) -> Any:
        return getattr(api, method)(
            session.tenant_id,
            {"Invoices": [sendable(body) for body in bodies]},
            summarize_errors=False,
            unitdp=4,
            **call_options(idempotency_key),
        )

    verdicts = judged(write(session, "Invoices", send), "Invoices", bodies, identities)
    return [
        Outcome(
            reference=text(body.get("Reference")),
            invoice_number=text((verdict.element or body).get("InvoiceNumber") or body.get("InvoiceNumber")),
            ok=verdict.ok,
            invoice=one_invoice(verdict.element) if verdict.ok and verdict.element else None,
            messages=verdict.messages,
        )
        for body, verdict in zip(bodies, verdicts, strict=True)
    ]


def create_contacts(session: XeroSession, contacts: Sequence[Contact], *, idempotency_key: str) -> list[ContactOutcome]:
    """Creates contacts by name and e-mail; one outcome each, in the order given. No name twice (else ValueError)."""
    bodies = [contact_body(one) for one in contacts]
    require_identities(bodies, (name_of,))

    def send(api: Any) -> Any:
        return api.create_contacts(
            session.tenant_id, {"Contacts": bodies}, summarize_errors=False, **call_options(idempotency_key)
        )

    verdicts = judged(write(session, "Contacts", send), "Contacts", bodies, (name_of,))
    return [
        ContactOutcome(
            name=one.name,
            ok=verdict.ok,
            contact=contact(verdict.element) if verdict.ok and verdict.element else None,
            messages=verdict.messages,
        )
        for one, verdict in zip(contacts, verdicts, strict=True)
    ]


def add_history(session: XeroSession, invoice_id: str, words: str, *, idempotency_key: str = "") -> None:
    """Writes a line into the invoice's history in Xero, cut at 2,500 characters."""
    body = {"HistoryRecords": [{"Details": words[:LONGEST_HISTORY]}]}

    def send(api: Any) -> Any:
        return api.create_invoice_history(session.tenant_id, invoice_id, body, **call_options(idempotency_key))

    if (answer := write(session, "Invoices", send)).status != 200:  # noqa: PLR2004 - HTTP
        raise refusal(answer, "Invoices")


def call_options(idempotency_key: str) -> dict[str, Any]:
    """What every write has: its key, the raw answer, time limits."""
    options: dict[str, Any] = {"_preload_content": False, "_request_timeout": (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)}
    return {**options, "idempotency_key": idempotency_key} if idempotency_key else options


def write(session: XeroSession, resource: str, send: Callable[[Any], Any]) -> Answer:
    """The answer to one write: success, or a 400 whose elements say why. Other answers raise.

    An expired token is the one case that is sent again: Xero refused the call before it looked at it.
    """
    answer = sent_once(session, send, force_refresh=False)
    if token_expired(answer):
        answer = sent_once(session, send, force_refresh=True)
    if answer.status not in (200, 400):
        raise refusal(answer, resource)
    return answer


def sent_once(session: XeroSession, send: Callable[[Any], Any], *, force_refresh: bool) -> Answer:
    """One write on the wire."""
    from xero_python.accounting import AccountingApi  # noqa: PLC0415 - takes half a second to import
    from xero_python.exceptions import HTTPStatusException  # noqa: PLC0415 - as above

    client = sdk_client(session, session.access_token(force_refresh))
    api = AccountingApi(client, base_url=f"{session.settings.api_url}/api.xro/2.0")
    try:
        raw = send(api)
    except HTTPStatusException as refused:
        raw = refused.http_resp.urllib3_response
    if not isinstance(raw, Answer):
        raise TypeError("xero-python did not use our transport")
    return raw


def sdk_client(session: XeroSession, access_token: str) -> Any:
    """A client of its own for each write, so that no two ever share a token."""
    from xero_python.api_client import ApiClient  # noqa: PLC0415 - takes half a second to import
    from xero_python.api_client.configuration import Configuration  # noqa: PLC0415 - as above
    from xero_python.api_client.oauth2 import OAuth2Token  # noqa: PLC0415 - as above

    token = {"access_token": access_token, "scope": [], "expires_in": 1800, "token_type": "Bearer"}
    client = ApiClient(Configuration(), pool_threads=1)
    client.configuration.oauth2_token = OAuth2Token()  # without app secret: it can never refresh by itself
    client.oauth2_token_getter(lambda: token)
    client.oauth2_token_saver(lambda _: None)
    client.rest_client.pool_manager = session.transport
    return client


def contact_body(one: Contact) -> dict[str, str]:
    """A contact to create."""
    return {"Name": tidy(one.name), **({"EmailAddress": one.email} if one.email else {})}


def sendable(value: Any) -> Any:
    """The body in the types that xero-python passes on unchanged. Raises Refused for numbers it would not keep."""
    if isinstance(value, Mapping):
        return {key: sendable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [sendable(inner) for inner in value]
    if isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) > MOST_DIGITS:
        raise Refused("An amount of this invoice has more digits than Xero takes; correct it in Invoice2go.")
    return str(value) if isinstance(value, str) else value
