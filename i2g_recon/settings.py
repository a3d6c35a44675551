"""Configuration from the environment, read once per process and handed on as a value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from i2g_recon.errors import NotConfigured

GRANTS = ("authorization_code", "client_credentials")
# Xero, granular scopes for apps made since 2 March 2026: the smallest set that reads settings and writes invoices.
DEFAULT_SCOPES = "openid profile email offline_access accounting.invoices accounting.contacts accounting.settings.read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the environment decides. Secrets are kept out of repr."""

    home: Path
    database_url: str
    secret_key: str = ""
    client_id: str = ""
    client_secret: str = ""
    grant: str = "authorization_code"
    scopes: str = DEFAULT_SCOPES
    redirect_uri: str = "http://localhost:8501/xero/callback"
    login_url: str = "https://login.xero.com"
    identity_url: str = "https://identity.xero.com"
    api_url: str = "https://api.xero.com"
    demo: bool = False

    def __repr__(self) -> str:
        return f"Settings(home={self.home!s}, grant={self.grant}, api_url={self.api_url})"


def load(environment: Mapping[str, str] | None = None, *, home: Path | None = None) -> Settings:
    """Settings from the environment; `home` wins over I2G_RECON_HOME. Raises NotConfigured for unknown values."""
    env = os.environ if environment is None else environment
    place = home or Path(env.get("I2G_RECON_HOME") or platformdirs.user_data_dir("i2g-recon", appauthor=False))
    grant = env.get("XERO_GRANT") or "authorization_code"
    if grant not in GRANTS:
        raise NotConfigured(f"XERO_GRANT is '{grant}'; set it to {' or '.join(GRANTS)}")
    return Settings(
        home=place,
        database_url=env.get("DATABASE_URL") or f"sqlite:///{(place / 'i2g-recon.sqlite').as_posix()}",
        secret_key=env.get("I2G_RECON_SECRET_KEY", ""),
        client_id=env.get("XERO_CLIENT_ID", ""),
        client_secret=env.get("XERO_CLIENT_SECRET", ""),
        grant=grant,
        scopes=env.get("XERO_SCOPES") or DEFAULT_SCOPES,
        redirect_uri=usable_redirect(env.get("XERO_REDIRECT_URI") or "http://localhost:8501/xero/callback"),
        login_url=(env.get("XERO_LOGIN_URL") or "https://login.xero.com").rstrip("/"),
        identity_url=(env.get("XERO_IDENTITY_URL") or "https://identity.xero.com").rstrip("/"),
        api_url=(env.get("XERO_API_URL") or "https://api.xero.com").rstrip("/"),
        demo=env.get("I2G_RECON_DEMO", "") == "1",
    )


def usable_redirect(address: str) -> str:
    """The address itself when Xero would return to it. Raises NotConfigured.

    Xero compares it letter by letter and takes https addresses and http://localhost, no other name of this machine.
    """
    parts = urlsplit(address)
    local = parts.scheme == "http" and parts.hostname == "localhost"
    if not (local or (parts.scheme == "https" and parts.hostname)) or parts.fragment or "*" in address:
        raise NotConfigured(
            "XERO_REDIRECT_URI must be an https address or begin with http://localhost (Xero refuses 127.0.0.1); "
            "write it exactly as in the Xero app"
        )
    return address
