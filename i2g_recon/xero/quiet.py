"""Keeps secrets and clients' data out of other libraries' debug logs.

urllib3 logs whole addresses, whose query can hold references; Authlib logs the code verifier of a sign-in.
"""

from __future__ import annotations

import logging
import re

ADDRESSES = ("urllib3.connectionpool", "urllib3.connection", "urllib3.poolmanager")
SECRETS = ("authlib.integrations.base_client.sync_app", "authlib.integrations.base_client.async_app")
QUERY = re.compile(r"\?\S*")


class WithoutQuery(logging.Filter):
    """Cuts each address at its question mark."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record pass."""
        if isinstance(record.args, tuple):
            record.args = tuple(QUERY.sub("", arg) if isinstance(arg, str) else arg for arg in record.args)
        record.exc_info = None
        return True


class WithoutDebug(logging.Filter):
    """Lets nothing below INFO pass, whatever level the application chose."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record passes."""
        return record.levelno >= logging.INFO


WITHOUT_QUERY, WITHOUT_DEBUG = WithoutQuery(), WithoutDebug()


def quieten() -> None:
    """Puts the filters in place; more than once does nothing more."""
    for name in ADDRESSES:
        logging.getLogger(name).addFilter(WITHOUT_QUERY)
    for name in SECRETS:
        logging.getLogger(name).addFilter(WITHOUT_DEBUG)
