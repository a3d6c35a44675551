"""Settings: read once from the environment, secrets out of sight, unknown values refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from i2g_recon.errors import NotConfigured
from i2g_recon.settings import DEFAULT_SCOPES, load


def test_an_empty_environment_means_the_real_xero_and_the_platform_s_folder() -> None:
    found = load({})
    assert found.home.is_absolute()
    assert found.database_url == f"sqlite:///{(found.home / 'i2g-recon.sqlite').as_posix()}"
    assert (found.login_url, found.identity_url, found.api_url) == (
        "https://login.xero.com",
        "https://identity.xero.com",
        "https://api.xero.com",
    )
    assert (found.grant, found.scopes, found.demo) == ("authorization_code", DEFAULT_SCOPES, False)


def test_every_variable_of_the_contract_is_read(tmp_path: Path) -> None:
    found = load(
        {
            "I2G_RECON_HOME": str(tmp_path),
            "DATABASE_URL": "postgresql://db.example/i2g",
            "I2G_RECON_SECRET_KEY": "key",
            "XERO_CLIENT_ID": "id",
            "XERO_CLIENT_SECRET": "secret",
            "XERO_GRANT": "client_credentials",
            "XERO_SCOPES": "accounting.invoices",
            "XERO_REDIRECT_URI": "http://localhost:9/callback",
            "XERO_LOGIN_URL": "http://localhost:1/",
            "XERO_IDENTITY_URL": "http://localhost:2/",
            "XERO_API_URL": "http://localhost:3/",
            "I2G_RECON_DEMO": "1",
        }
    )
    assert (found.home, found.database_url, found.secret_key) == (tmp_path, "postgresql://db.example/i2g", "key")
    assert (found.client_id, found.client_secret, found.grant) == ("id", "secret", "client_credentials")
    assert (found.scopes, found.redirect_uri) == ("accounting.invoices", "http://localhost:9/callback")
    assert (found.login_url, found.identity_url, found.api_url) == (
        "http://localhost:1",
        "http://localhost:2",
        "http://localhost:3",
    )
    assert found.demo


def test_a_home_on_the_command_line_wins(tmp_path: Path) -> None:
    assert load({"I2G_RECON_HOME": "/elsewhere"}, home=tmp_path).home == tmp_path


def test_an_empty_variable_is_as_good_as_none(tmp_path: Path) -> None:
    names = ("DATABASE_URL", "XERO_GRANT", "XERO_SCOPES", "XERO_REDIRECT_URI", "XERO_API_URL")
    assert load(dict.fromkeys(names, ""), home=tmp_path) == load({}, home=tmp_path)


def test_an_unknown_grant_is_refused_by_name() -> None:
    with pytest.raises(NotConfigured, match=r"XERO_GRANT is 'password'.*authorization_code or client_credentials"):
        load({"XERO_GRANT": "password"})


def test_no_secret_shows(tmp_path: Path) -> None:
    found = load(
        {"XERO_CLIENT_SECRET": "canary-1", "I2G_RECON_SECRET_KEY": "canary-2", "DATABASE_URL": "pg://u:canary-3@h/d"},
        home=tmp_path,
    )
    assert "canary" not in repr(found)
    assert "canary" not in f"{found}"
