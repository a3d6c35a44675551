"""What a connection may do. A permission of `.read` scopes only makes an audit: everything is read, nothing written.

What counts is what Xero granted with the token, not what was asked for.
"""

from __future__ import annotations

from i2g_recon.errors import ReadOnly, ReconnectNeeded
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Connection
from i2g_recon.xero import oauth


def may_write(ws: Workspace, connection: Connection) -> bool:
    """Whether invoices may be written. Without a token nothing may. Raises NotConfigured when it cannot be opened."""
    tokens = ws.store.tokens(connection.consent_id)
    return tokens is not None and oauth.may_write(tokens.scope)


def require_write(ws: Workspace, connection: Connection) -> None:
    """Raises ReadOnly for an audit's connection, ReconnectNeeded for one without a token."""
    if ws.store.tokens(connection.consent_id) is None:
        raise ReconnectNeeded(f"The connection to '{connection.name}' has ended; connect again, settings are kept.")
    if not may_write(ws, connection):
        raise ReadOnly(
            f"'{connection.name}' is connected for reading only, so nothing was sent; "
            "connect it again with permission to write."
        )
