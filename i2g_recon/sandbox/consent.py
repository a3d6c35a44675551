"""The page where a person lets the app into organisations, plainly marked as not Xero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

STYLE = """
:root { color-scheme: light dark; --line: #c9cdd3; --accent: #1d5b8f; --soft: #f4f6f8; --text: #1c2733 }
@media (prefers-color-scheme: dark) {
  :root { --line: #4a5563; --accent: #8cc1ee; --soft: #1b222b; --text: #e8ecf1 } body { background: #11161c } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); margin: 0; padding: 2rem 1rem }
main { max-width: 34rem; margin: 0 auto } h1 { font-size: 1.5rem } h2 { font-size: 1.1rem }
.note { border-left: 4px solid var(--accent); background: var(--soft); padding: .6rem 1rem }
fieldset { border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; margin: 1rem 0 }
label { display: block; padding: .35rem 0 } legend { padding: 0 .4rem; font-weight: 600 }
button { font: inherit; padding: .55rem 1.2rem; border-radius: 6px; border: 1px solid var(--accent);
  background: transparent; color: inherit; margin-right: .6rem; cursor: pointer }
button[value=allow] { background: #1d5b8f; border-color: #1d5b8f; color: #fff }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
"""
MEANINGS = {
    "accounting.invoices": "Read and write sales invoices",
    "accounting.contacts": "Read and write contacts",
    "accounting.settings": "Read and write accounts and other settings",
    "accounting.payments": "Read and write payments",
    "accounting.transactions": "Read and write invoices and payments",
    "offline_access": "Stay connected while you are away",
    "openid": "Know who you are",
    "profile": "See your name",
    "email": "See your e-mail address",
}


def page(title: str, content: str) -> str:
    """A whole page around the content, marked as the sandbox's."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>"
        f'<p class="note"><strong>Sandbox - not Xero.</strong> Nothing here touches real books.</p>'
        f"<h1>{escape(title)}</h1>{content}</main></body></html>"
    )


def refusal_page(reason: str) -> str:
    """The page for a request that cannot be sent back to the app."""
    return page("This sign-in request cannot be used", f"<p>{escape(reason)}</p>")


def welcome_page(names: str) -> str:
    """What the bare address shows."""
    return page(
        "The pretend Xero is running",
        f'<p>Organisations: {escape(names)}.</p><p><a href="/_sandbox">Switchboard</a>: do what happens in Xero.</p>',
    )


def consent_page(
    *,
    fields: Mapping[str, str],
    organisations: Iterable[tuple[str, str]],
    scopes: Iterable[str],
    single: bool,
    note: str,
) -> str:
    """The form; it comes back with `decision` allow or cancel and one or more `tenant_id`.

    organisations: tenant id and name. single: only one may be picked. note: what to correct, if anything.
    """
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    problem = f'<p class="note" role="alert">{escape(note)}</p>' if note else ""
    wanted = "".join(f"<li>{escape(_meaning(scope))}</li>" for scope in scopes)
    return page(
        "Allow access to your organisation?",
        f"{problem}<h2>The app asks for permission to</h2><ul>{wanted}</ul>"
        f'<form method="post">{hidden}<fieldset><legend>Choose organisations</legend>'
        f"{_choices(list(organisations), single=single)}</fieldset>"
        '<button type="submit" name="decision" value="allow">Allow access</button>'
        '<button type="submit" name="decision" value="cancel">Cancel</button></form>',
    )


def _choices(organisations: list[tuple[str, str]], *, single: bool) -> str:
    kind = "radio" if single else "checkbox"
    checked = " checked" if len(organisations) == 1 else ""
    return "".join(
        f'<label for="organisation-{number}"><input type="{kind}" id="organisation-{number}" name="tenant_id" '
        f'value="{escape(tenant_id)}"{checked}> {escape(name)}</label>'
        for number, (tenant_id, name) in enumerate(organisations, 1)
    )


def _meaning(scope: str) -> str:
    if scope.endswith(".read"):
        return MEANINGS.get(scope.removesuffix(".read"), scope).replace("Read and write", "Read")
    return MEANINGS.get(scope, scope)
