"""The Accounting API's front desk: token, organisation, scope, call limits, idempotency, then the endpoint.

A call that does not accept `application/json` is refused with 406: Xero would answer it in XML, which no client of
this product reads, so the mistake shows at once.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from i2g_recon.sandbox import connections, idempotency, payments, reading, scopes, tokens, wire, writing
from i2g_recon.sandbox.answer import Answer, Refused, forbidden, not_found, unauthorised
from i2g_recon.sandbox.books import Books
from i2g_recon.sandbox.call import Call
from i2g_recon.sandbox.faults import Fault
from i2g_recon.sandbox.quota import Quota
from i2g_recon.sandbox.world import World

Endpoint = Callable[[Call], Answer]
# Method, then the address with {} for an id.
ENDPOINTS: dict[tuple[str, str], Endpoint] = {
    ("GET", "organisation"): reading.settings,
    ("GET", "organisation/actions"): reading.actions,
    ("GET", "currencies"): reading.settings,
    ("GET", "accounts"): reading.settings,
    ("GET", "accounts/{}"): reading.account,
    ("GET", "taxrates"): reading.settings,
    ("GET", "contacts"): reading.contact_list,
    ("GET", "contacts/{}"): reading.contact,
    ("PUT", "contacts"): writing.contact_elements,
    ("POST", "contacts"): writing.contact_elements,
    ("POST", "contacts/{}"): writing.contact,
    ("GET", "invoices"): reading.invoice_list,
    ("GET", "invoices/{}"): reading.invoice,
    ("PUT", "invoices"): writing.invoices,
    ("POST", "invoices"): writing.invoices,
    ("POST", "invoices/{}"): writing.invoice,
    ("GET", "invoices/{}/history"): reading.history,
    ("PUT", "invoices/{}/history"): writing.history,
    ("PUT", "payments"): payments.create,
    ("POST", "payments/{}"): payments.delete,
}
WRITES = frozenset(("PUT", "POST", "PATCH"))
XML_REFUSAL = (
    "<ApiException><Message>The sandbox answers JSON only: send Accept: application/json.</Message></ApiException>"
)


async def serve(request: Request) -> Response:
    """One call of /api.xro/2.0/..."""
    world: World = request.app.state.world
    body = await request.body()
    fault: Fault | None = request.scope.get("sandbox.fault")
    quota: Quota | None = None
    try:
        claims, tenant_id = admit(world, request, fault)
        quota = Quota(world.state, world.clock, tenant_id)
        limited(world, request, quota, fault)
        answer = work(world, call_of(world, request, body, claims, tenant_id), request.url.query, fault)
    except Refused as refused:
        answer = refused.answer
    return answer.response(quota.headers() if quota else None)


def admit(world: World, request: Request, fault: Fault | None) -> tuple[dict[str, Any], str]:
    """The token's claims and the organisation. Raises Refused: 406, 401 or 403."""
    if "application/json" not in request.headers.get("Accept", "").lower():
        raise Refused(Answer(406, XML_REFUSAL, media="text/xml; charset=utf-8"))
    claims = world.mint.claims(request.headers.get("Authorization", ""))
    if fault is not None and fault.kind == "expired_token":
        raise Refused(tokens.expired(world.clock.now_ms()))
    tenant_id = tenant_of(world, request, claims["client_id"])
    if fault is not None and fault.kind == "disconnected":
        connections.cut(world.state, client_id=claims["client_id"], tenant_id=tenant_id)
    if not connections.is_live(world.state, tenant_id=tenant_id, client_id=claims["client_id"]):
        raise Refused(forbidden())
    resource = request.path_params["path"].partition("/")[0].lower()
    if not scopes.permits(claims["scope"], resource, writes=request.method in WRITES):
        raise Refused(unauthorised("AuthorizationUnsuccessful", {"WWW-Authenticate": "insufficient_scope"}))
    return claims, tenant_id


def tenant_of(world: World, request: Request, client_id: str) -> str:
    """The called organisation; a Custom Connection may leave the header empty."""
    tenant_id = request.headers.get("xero-tenant-id", "").strip().lower()
    bound = world.state.value("SELECT tenant_id FROM clients WHERE client_id = ?", client_id)
    return tenant_id or str(bound or "")


def limited(world: World, request: Request, quota: Quota, fault: Fault | None) -> None:
    """Counts the call. Raises Refused with 429, real or armed."""
    if fault is not None and fault.kind == "limit":
        raise Refused(quota.refusal(fault.problem, fault.retry_after_s))
    quota.count(in_flight=world.in_flight[request.headers.get("xero-tenant-id", "")])


def call_of(world: World, request: Request, body: bytes, claims: dict[str, Any], tenant_id: str) -> Call:
    """The call as the endpoints see it."""
    writing.refuse_large(body)
    segments = [part for part in request.path_params["path"].split("/") if part]
    return Call(
        state=world.state,
        books=Books(world.state, tenant_id),
        method=request.method,
        segments=tuple([segments[0].lower(), *segments[1:]] if segments else []),
        query={name.lower(): value for name, value in parse_qsl(request.url.query, keep_blank_values=True)},
        headers=request.headers,
        body=body,
        client_id=str(claims["client_id"]),
        now_ms=world.clock.now_ms(),
    )


def work(world: World, call: Call, query: str, fault: Fault | None) -> Answer:
    """The endpoint's answer; a write is one transaction with the memory of its idempotency key."""
    endpoint = endpoint_of(call)
    if fault is not None and fault.kind == "error":
        endpoint = broken
    if call.method not in WRITES:
        return endpoint(call)
    with world.state.transaction():
        answer, _ = idempotency.once(
            world.state,
            client_id=call.client_id,
            key=call.headers.get("Idempotency-Key", ""),
            request=idempotency.fingerprint(
                call.method, f"{call.tenant_id}/{'/'.join(call.segments)}?{query}", call.body
            ),
            now_ms=call.now_ms,
            work=lambda: _answered(endpoint, call),
        )
    return answer


def _answered(endpoint: Endpoint, call: Call) -> Answer:
    """A refusal by the endpoint is an answer too: it is remembered under the key."""
    try:
        return endpoint(call)
    except Refused as refused:
        return refused.answer


def endpoint_of(call: Call) -> Endpoint:
    """The endpoint of method and address, or the one that answers 404."""
    first, *rest = call.segments or ("",)
    exact = "/".join([first, *rest]).lower()
    shaped = "/".join([first, *("{}" if index == 0 else part.lower() for index, part in enumerate(rest))])
    return ENDPOINTS.get((call.method, exact)) or ENDPOINTS.get((call.method, shaped)) or missing


def missing(_call: Call) -> Answer:
    """No such address."""
    return not_found()


def broken(_call: Call) -> Answer:
    """500, as armed."""
    detail = "An error occurred in Xero. Check the API status page for current service status."
    return Answer(
        500, wire.problem(500, "InternalServerError", detail), headers={"X-Correlation-Id": str(uuid.uuid4())}
    )
