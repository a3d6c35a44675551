"""The HTTP routes beside the pages: to Xero's sign-in and back.

    /xero/login      redeems the page's one-time ticket, sends the visitor to Xero
    /xero/callback   checks state, PKCE and nonce, keeps the tokens sealed, returns to the page Connect

State, nonce and code verifier wait in Streamlit's signed session cookie, a set for each sign-in under way; tokens go
straight into the store. Whatever goes wrong returns to the page with a short code, see `sign_in`.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from i2g_recon import settings as configuration
from i2g_recon import web
from i2g_recon.errors import ReconError
from i2g_recon.jobs import connect as jobs
from i2g_recon.jobs.connect import SignIn
from i2g_recon.settings import Settings
from i2g_recon.web.browser import BrowserMark, this_browser
from i2g_recon.web.parts import note, workspace
from i2g_recon.web.places import ROOT
from i2g_recon.web.security import SecurityHeaders, hide_tracebacks
from i2g_recon.web.sign_in import CONNECTED, ending

SCRIPT = "i2g_recon.web.main"  # named, not imported: importing it would draw the page
MAIN = ROOT.joinpath(*SCRIPT.split(".")).with_suffix(".py")
FLOWS, MOST_FLOWS = "xero_sign_ins", 3  # sign-ins under way in one browser; more would not fit into its cookie
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
    """The way to Xero for a visitor who comes from our own page, in the browser that shows the page."""
    settings = configuration.load()
    home = urlsplit(settings.redirect_uri)
    if request.url.hostname != home.hostname:  # the cookies must be set for the host that Xero returns to
        return RedirectResponse(f"{home.scheme}://{home.netloc}/connect?xero=moved", 302)
    browser = this_browser(request.cookies)
    flow = await asyncio.to_thread(redeem, request.query_params.get("ticket", ""), browser)
    return await ask(request, settings, flow, browser) if flow else back("link")


def redeem(ticket: str, browser: str) -> SignIn | None:
    """The sign-in that our page made the ticket for, lately, for this browser, and for the first time."""
    return jobs.redeem_login(workspace(), ticket, browser)


async def ask(request: Request, settings: Settings, flow: SignIn, browser: str) -> Response:
    """The redirect to Xero's consent page; what the callback must know waits under the sign-in's state."""
    client = await asyncio.to_thread(jobs.sign_in_client, settings, flow)
    make_room(request.session)
    answer: Response = await client.authorize_redirect(request, settings.redirect_uri)
    state = parse_qs(urlsplit(answer.headers["location"]).query)["state"][0]
    kept = request.session.pop(authlibs(state))  # Authlib forgets one sign-in when the next begins; here several wait
    kept["data"].pop("url", None)  # nobody asks for it again, and the cookie is small
    waiting = {"read_only": flow.read_only, "other": flow.other, "browser": browser, "authlib": kept}
    request.session[FLOWS] = {**request.session.get(FLOWS, {}), state: waiting}
    return answer


def make_room(session: MutableMapping[str, Any]) -> None:
    """Forget the oldest sign-ins, which were left at Xero or closed, until another one fits."""
    flows = dict(session.get(FLOWS, {}))
    for state in list(flows)[: max(0, len(flows) - MOST_FLOWS + 1)]:
        forget(session, state)


def forget(session: MutableMapping[str, Any], state: str) -> dict[str, Any]:
    """What waited for this state; it waits no longer, whatever comes of the sign-in."""
    flows = dict(session.get(FLOWS, {}))
    found: dict[str, Any] = flows.pop(state, {})
    session[FLOWS] = flows
    return found


def authlibs(state: str) -> str:
    """The name under which Authlib keeps nonce and code verifier."""
    return f"_state_xero_{state}"


async def callback(request: Request) -> Response:
    """Xero's answer: keep what it allows, or go back and say why not."""
    settings, state = configuration.load(), request.query_params.get("state", "")
    waiting, browser = forget(request.session, state), this_browser(request.cookies)
    try:
        if not waiting or not browser or waiting["browser"] != browser:
            return back("elsewhere")
        flow = SignIn(read_only=waiting["read_only"], other=waiting["other"])
        another = replace(flow, other=True)
        if request.query_params.get("error") == "invalid_scope" and not flow.other and another.scopes(settings):
            return await ask(request, settings, another, browser)  # an app of the other age
        client = await asyncio.to_thread(jobs.sign_in_client, settings, flow)
        request.session[authlibs(state)] = waiting["authlib"]
        answer = await client.authorize_access_token(request)  # checks the id token: signature, app, nonce, time
        if "openid" in flow.scopes(settings).split() and not answer.get("userinfo"):
            return back("failed")  # without an id token nobody has said that the answer belongs to this sign-in
        await asyncio.to_thread(keep, answer)
        return back(CONNECTED)
    finally:
        request.session.pop(authlibs(state), None)


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


@contextlib.asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """The server's life: quiet from the first line, warm for the first visitor, closed at the end."""
    hide_tracebacks()
    warming = asyncio.create_task(asyncio.to_thread(warm))
    yield
    await warming
    st.cache_resource.clear()


def warm() -> None:
    """Import what the pages need and open the workspace, ahead of the first visitor; the first page says what is wrong.

    Streamlit collects garbage after every click. What was imported never becomes any, so it is not looked through
    each time: that would be a tenth of a second of every click.
    """
    for each in pkgutil.iter_modules(web.__path__, f"{web.__name__}."):
        if each.name != SCRIPT:
            importlib.import_module(each.name)
    with contextlib.suppress(ReconError):
        workspace()
    gc.collect()
    gc.freeze()


routes = [Route("/xero/login", returning(login)), Route("/xero/callback", returning(callback))]
middleware = [Middleware(SecurityHeaders), Middleware(BrowserMark)]
