"""The switchboard: a page for a person and two routes for a program, to do to the books what happens in Xero itself.

| route | does |
|---|---|
| `GET /_sandbox` | the page: one form per switch and organisation, faults to arm, time to let pass |
| `POST /_sandbox/switch` | turns one: `{"switch": ..., "value": ..., "organisation": name or tenant id}` |
| `GET /_sandbox/switch` | how the switches of every organisation stand |

A form of the page goes to the same routes and leads back to the page.
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from i2g_recon.sandbox import consent, wire
from i2g_recon.sandbox.answer import Answer
from i2g_recon.sandbox.faults import KINDS, Fault, UnknownFault
from i2g_recon.sandbox.roles import ROLES
from i2g_recon.sandbox.switches import UnknownSwitch, standing, turn
from i2g_recon.sandbox.wire import Json
from i2g_recon.sandbox.world import World

HOME = "/_sandbox"
FIELDS = ("switch", "organisation", "value")
WITHOUT_VALUE = {
    "disconnect": "Disconnect in Xero",
    "reconnect": "Let the custom connection in again",
    "expire_tokens": "Expire access tokens",
    "end_consent": "End refresh tokens (60 idle days)",
    "revoke": "Take the permission back",
}
STYLE = """<style>main { max-width: 60rem } section { border-top: 1px solid var(--line); padding: .5rem 0 }
form { display: inline-block; margin: .25rem .75rem .25rem 0 } select, input { font: inherit; padding: .4rem;
border: 1px solid var(--line); border-radius: 6px; background: transparent; color: inherit; max-width: 16rem }
option { color: #1c2733; background: #fff } form label { display: inline; padding: 0 .3rem 0 0 }</style>"""


async def board(request: Request) -> Response:
    """The page."""
    world: World = request.app.state.world
    said = request.query_params.get("said", "")
    note = f'<p class="note" role="status">{escape(said)}</p>' if said else ""
    parts = [section(one) for one in everyone(world)]
    content = STYLE + note + "".join(parts) + faults_and_time(world)
    return HTMLResponse(consent.page("Switchboard", content), headers={"X-Frame-Options": "DENY"})


async def switch(request: Request) -> Response:
    """Turns one switch, or tells how all stand."""
    world: World = request.app.state.world
    if request.method == "GET":
        return Answer(200, wire.dump({"organisations": everyone(world)})).response()
    asked, by_form = await words(request)
    try:
        turn(world, **{name: asked[name] for name in FIELDS if name in asked})
    except UnknownSwitch as problem:
        return back(str(problem)) if by_form else Answer(400, wire.dump({"error": str(problem)})).response()
    if by_form:
        return back(f"Done: {asked['switch']} {asked.get('value', '')}")
    return Answer(200, wire.dump({"organisations": everyone(world)})).response()


async def happen(request: Request) -> Response:
    """What the page's last two forms ask for: a fault to arm, or time to let pass."""
    world: World = request.app.state.world
    asked, _ = await words(request)
    if asked.get("minutes", "").isdecimal():
        world.clock.set_to(world.clock.now_ms() + int(asked["minutes"]) * 60_000)
        return back(f"{asked['minutes']} minutes have passed here.")
    if asked.get("kind") in KINDS:
        world.faults.arm(Fault(kind=asked["kind"]))
        return back(f"The next call meets {asked['kind']}.")
    return back("Nothing was changed.")


async def words(request: Request) -> tuple[dict[str, str], bool]:
    """What was sent, as a form or as JSON, and whether it was a form. A form of another site counts as empty."""
    if not request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        found = wire.load(await request.body() or b"{}")
        if not isinstance(found, dict):
            raise UnknownFault("the body is a JSON object")
        return {name: switch_text(value) for name, value in found.items()}, False
    origin = request.headers.get("Origin", "")
    if origin and urlsplit(origin).netloc != request.headers.get("Host", ""):
        return {}, True
    return {name: str(value) for name, value in (await request.form()).items()}, True


def switch_text(value: object) -> str:
    """A JSON value as a form would send it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def everyone(world: World) -> list[Json]:
    """How the switches of every organisation stand."""
    rows = world.state.rows("SELECT tenant_id FROM organisations ORDER BY position")
    return [standing(world, row["tenant_id"]) for row in rows]


def back(said: str) -> Response:
    """To the page, which says it."""
    return RedirectResponse(f"{HOME}?{urlencode({'said': said})}", 303)


# --- The page's parts


def section(one: Json) -> str:
    """One organisation: how it stands, and its forms."""
    tenant = str(one["tenant_id"])
    presses = "".join(form(tenant, name, "", label) for name, label in WITHOUT_VALUE.items())
    statuses: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("archive_account", "restore_account", one["accounts"]),
        ("delete_rate", "restore_rate", one["rates"]),
    )
    lists = "".join(
        form(tenant, switch_, options([key for key, status in known.items() if (status == "ACTIVE") is active]))
        for off, on, known in statuses
        for switch_, active in ((off, True), (on, False))
        if any((status == "ACTIVE") is active for status in known.values())
    )
    lists += form(tenant, "remove_currency", options(one["currencies"])) + form(tenant, "add_currency", text())
    lists += form(tenant, "period_lock", text("date", one["period_lock"]))
    lists += form(tenant, "year_lock", text("date", one["year_lock"]))
    lists += form(tenant, "pays_tax", options(["true", "false"], "true" if one["pays_tax"] else "false"))
    lists += form(tenant, "class", text("text", one["class"])) + form(tenant, "edition", text("text", one["edition"]))
    lists += form(tenant, "role", options(list(ROLES), one["role"]))
    connected = ", ".join(one["connected"]) or "no app"
    head = f"<h2>{escape(one['name'])}</h2><p>Connected: {escape(connected)}</p>"
    return f"<section>{head}{presses}<div>{lists}</div></section>"


def form(tenant: str, switch_: str, field: str, label: str = "") -> str:
    """One switch."""
    words_ = label or switch_.replace("_", " ").capitalize()
    hidden = (
        f'<input type="hidden" name="switch" value="{switch_}"><input type="hidden" name="organisation" '
        f'value="{escape(tenant)}">'
    )
    named = f"<label>{field.replace('FIELD', escape(words_))}</label>" if field else ""
    return f'<form method="post" action="{HOME}/switch">{hidden}{named}<button type="submit">{words_}</button></form>'


def options(values: list[str], chosen: str = "") -> str:
    """A list to choose the value from."""
    rows = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(value)}</option>'
        for value in values
    )
    return f'<select name="value" aria-label="FIELD">{rows}</select>'


def text(kind: str = "text", value: str = "") -> str:
    """A field to type the value into."""
    return f'<input type="{kind}" name="value" value="{escape(value)}" aria-label="FIELD">'


def faults_and_time(world: World) -> str:
    """The forms that concern the whole sandbox."""
    armed = ", ".join(fault.kind for fault in world.faults.armed) or "none"
    kinds = "".join(f'<option value="{kind}">{kind}</option>' for kind in KINDS)
    now = wire.iso_second(world.clock.now_ms())
    return (
        f"<section><h2>Faults and time</h2><p>Armed: {escape(armed)}. Time here: {now} UTC.</p>"
        f'<form method="post" action="{HOME}/happen"><select name="kind" aria-label="Fault">{kinds}</select>'
        '<button type="submit">Arm for the next call</button></form>'
        f'<form method="post" action="{HOME}/happen"><input type="number" name="minutes" value="31" min="1" '
        'aria-label="Minutes"><button type="submit">Let minutes pass</button></form></section>'
    )


ROUTES = [
    Route(HOME, board, methods=["GET"]),
    Route(f"{HOME}/switch", switch, methods=["GET", "POST"]),
    Route(f"{HOME}/happen", happen, methods=["POST"]),
]
