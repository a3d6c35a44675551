"""The HTTP routes beside the pages: to Xero's sign-in and back.

    /xero/login      redeems the page's one-time ticket, sends the visitor to Xero
    /xero/callback   checks state, PKCE and nonce, keeps the tokens sealed, returns to the page Connect

State, nonce and code verifier wait in Streamlit's signed session cookie; tokens go straight into the store. Whatever
goes wrong returns to the page with a short code, see `sign_in`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from i2g_recon import settings as configuration
from i2g_recon.errors import ReconError
from i2g_recon.jobs import connect as jobs
from i2g_recon.settings import DEFAULT_SCOPES, Settings
from i2g_recon.web.parts import note, workspace
from i2g_recon.web.places import ROOT
from i2g_recon.web.security import SecurityHeaders, hide_tracebacks
from i2g_recon.web.sign_in import CONNECTED, ending

SCRIPT = "i2g_recon.web.main"  # named, not imported: importing it would draw the page
MAIN = ROOT.joinpath(*SCRIPT.split(".")).with_suffix(".py")
FLOW, NARROW, BROAD = "xero_sign_in", "narrow", "broad"  # the session's mark of a sign-in under way
Handler = Callable[[Request], Awaitable[Response]]


def returning(handler: Handler) -> Handler:
    """The handler with every failure turned into the way back to the page."""

    async def handled(request: Request) -> Response:
        try:
            return await handler(request)
        except Exception as problem:  # noqa: BLE001 - each way a sign-in can fail ends on the page, with one sentence
            if not isinstance(problem, ReconError) and not hasattr(problem, "error"):
                note(problem)
            return back(ending(problem))

    return handled


async def login(request: Request) -> Response:
    """The way to Xero for a visitor who comes from our own page."""
    settings = configuration.load()
    home = urlsplit(settings.redirect_uri)
    ticket = request.query_params.get("ticket", "")
    if request.url.hostname != home.hostname:  # the cookie must be set for the host that Xero returns to
        return RedirectResponse(f"{home.scheme}://{home.netloc}{request.url.path}?{request.url.query}", 302)
    if not await asyncio.to_thread(redeem, ticket):
        return back("link")
    return await ask(request, settings, NARROW)


def redeem(ticket: str) -> bool:
    """Whether the ticket was made by our page, lately, and for the first time."""
    return jobs.redeem_login(workspace(), ticket)


async def ask(request: Request, settings: Settings, flow: str) -> Response:
    """The redirect to Xero's consent page."""
    client = await asyncio.to_thread(jobs.sign_in_client, settings, broad=flow == BROAD)
    answer: Response = await client.authorize_redirect(request, settings.redirect_uri)
    request.session[FLOW] = flow
    return answer


async def callback(request: Request) -> Response:
    """Xero's answer: keep what it allows, or go back and say why not."""
    settings, flow = configuration.load(), request.session.pop(FLOW, "")
    if not flow:
        return back("elsewhere")
    refused_scope = request.query_params.get("error") == "invalid_scope"
    if refused_scope and flow == NARROW and settings.scopes == DEFAULT_SCOPES:
        return await ask(request, settings, BROAD)  # an app made before the granular permissions
    client = await asyncio.to_thread(jobs.sign_in_client, settings, broad=flow == BROAD)
    answer = await client.authorize_access_token(request)
    await asyncio.to_thread(keep, answer)
    return back(CONNECTED)


def keep(answer: Mapping[str, Any]) -> None:
    """Tokens and organisations into the store."""
    jobs.finish_consent(workspace(), answer, who=name_of(answer.get("userinfo") or {}))


def name_of(person: Mapping[str, Any]) -> str:
    """Who gave the permission, as the sign-in names them."""
    full = " ".join(str(person[part]) for part in ("given_name", "family_name") if person.get(part))
    return str(person.get("name") or full or person.get("email") or "")


def back(code: str) -> Response:
    """To the page Connect, with how the sign-in ended."""
    return RedirectResponse(f"/connect?xero={code}", 302)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """The server's life: quiet from the first line, warm for the first visitor, closed at the end."""
    hide_tracebacks()
    warming = asyncio.create_task(asyncio.to_thread(warm))
    yield
    await warming
    st.cache_resource.clear()


def warm() -> None:
    """Open the workspace ahead of the first visitor; what is wrong with it the first page says."""
    try:
        workspace()
    except ReconError:
        return


routes = [Route("/xero/login", returning(login)), Route("/xero/callback", returning(callback))]
middleware = [Middleware(SecurityHeaders)]
