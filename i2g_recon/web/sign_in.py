"""How a sign-in at Xero can end, as short codes in the address and as sentences on the page.

Only the code travels in the address: no token, no name, no words from outside.
"""

from __future__ import annotations

from i2g_recon.errors import NotConfigured, NotConnected, ReconError, Unreachable

CONNECTED, MOVED = "connected", "moved"
SENTENCES = {
    CONNECTED: "Xero is connected.",
    "declined": "Access was not given in Xero, so nothing was connected. Connect again and choose Allow access.",
    "expired": "The sign-in took too long or its answer was already used. Connect again.",
    "elsewhere": "The sign-in was started in another browser window or was interrupted. Connect again.",
    "link": "That link to Xero was too old, already used, or made in another browser. Press Connect Xero again.",
    MOVED: "Xero returns to this address, so the page moved here. Press Connect Xero again.",
    "permissions": "Xero does not let this app ask for these permissions. Set XERO_SCOPES to what the app is allowed.",
    "app": "Xero does not know this app. Set XERO_CLIENT_ID and XERO_CLIENT_SECRET as the Xero app shows them.",
    "none": "The permission covers no organisation. Connect again and choose one.",
    "unreachable": "Xero cannot be reached. Check the internet connection and connect again.",
    "failed": "The sign-in at Xero did not finish. Connect again.",
}
OAUTH_CODES = {  # RFC 6749 and OpenID Connect, and Authlib's own name for a wrong state
    "access_denied": "declined",
    "mismatching_state": "elsewhere",
    "invalid_grant": "expired",
    "invalid_scope": "permissions",
    "invalid_client": "app",
    "unauthorized_client": "app",
}


def ending(problem: Exception) -> str:
    """The code for what went wrong."""
    known = OAUTH_CODES.get(str(getattr(problem, "error", "")))
    return known or (ending_of_ours(problem) if isinstance(problem, ReconError) else ending_of_network(problem))


def ending_of_ours(problem: ReconError) -> str:
    """The code for one of our failures."""
    kinds = ((NotConnected, "none"), (NotConfigured, "app"), (Unreachable, "unreachable"))
    return next((code for kind, code in kinds if isinstance(problem, kind)), "failed")


def ending_of_network(problem: Exception) -> str:
    """The code for an error of the HTTP client, which is known by name only: its package belongs to another layer."""
    names = {kind.__name__ for kind in type(problem).__mro__}
    return "unreachable" if names & {"TransportError", "ConnectionError", "TimeoutError"} else "failed"


def sentence(code: str) -> str:
    """The sentence for a code out of the address; an unknown code is a sign-in that did not finish."""
    return SENTENCES.get(code, SENTENCES["failed"])
