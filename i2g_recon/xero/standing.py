"""What an organisation allows the person who connected, and what its plan is: two calls, nothing changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from i2g_recon.errors import Refused
from i2g_recon.xero.answers import text
from i2g_recon.xero.paging import elements_of
from i2g_recon.xero.session import XeroSession, payload_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """plan: Xero's Class, free text; edition: BUSINESS or PARTNER. actions: name to whether it is allowed.

    server_time: when Xero answered by its own clock (UTC), None when it did not say.
    """

    plan: str
    edition: str
    actions: Mapping[str, bool]
    server_time: dt.datetime | None

    def may(self, action: str) -> bool | None:
        """Whether the person may do it; None when Xero does not say."""
        return self.actions.get(action)


def read_standing(session: XeroSession) -> Standing:
    """Ask for it. Raises as `XeroSession.get`, IncompletePull for an answer without its list."""
    answer = session.answer("Organisation")
    found = elements_of(payload_of(answer.data), "Organisations")
    own = found[0] if found and isinstance(found[0], dict) else {}
    listed = elements_of(session.get("Organisation/Actions"), "Actions")
    return Standing(
        plan=text(own.get("Class")),
        edition=text(own.get("Edition")),
        actions={text(one.get("Name")): one.get("Status") == "ALLOWED" for one in listed if isinstance(one, dict)},
        server_time=moment_of(answer.headers.get("Date", "")),
    )


def read_may_not(session: XeroSession) -> tuple[str, ...]:
    """What Xero names that the person may not do, sorted; one call. Nothing when it does not say."""
    try:
        listed = elements_of(session.get("Organisation/Actions"), "Actions")
    except Refused:
        return ()
    return tuple(sorted(text(one.get("Name")) for one in listed if isinstance(one, dict) and is_denied(one)))


def is_denied(action: Mapping[str, object]) -> bool:
    """Xero says that it is not allowed; a word it did not use so far denies nothing."""
    return action.get("Status") == "NOT-ALLOWED"


def moment_of(header: str) -> dt.datetime | None:
    """A Date header (RFC 9110) in UTC, None for anything else."""
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return moment.astimezone(dt.UTC) if moment.tzinfo else None
