"""Connecting, and keeping the permission: one refresh for many, kept before used, and nothing of it readable."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fixtures_store import together
from fixtures_workspace import (
    CLIENT,
    CLIENT_EMAIL,
    MORNING,
    MovableClock,
    Xero,
    environment,
    pretend_xero,
    sale,
    workspace_at,
)

from i2g_recon.errors import NeedsAPerson, NotConfigured, OtherSideFailed, ReconnectNeeded
from i2g_recon.jobs import connect, import_export, pull, push, setup_steps
from i2g_recon.jobs.plan import plan
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.sandbox.allow import allow_access
from i2g_recon.sandbox.i2g_export import csv_bytes
from i2g_recon.settings import DEFAULT_SCOPES, load
from i2g_recon.store.records import Connection, TokenSet

CALLBACK = "http://localhost:8501/xero/callback"


@dataclass
class Consent:
    """A workspace whose user signs in through the browser."""

    xero: Xero
    ws: Workspace
    clock: MovableClock

    def allow(self, *tenant_ids: str) -> list[Connection]:
        chosen = list(tenant_ids) or [self.xero.sandbox.organisations[0]["tenant_id"]]
        answer = allow_access(self.xero.sandbox, redirect_uri=CALLBACK, scopes=DEFAULT_SCOPES, tenant_ids=chosen)
        return connect.finish_consent(self.ws, answer, who="Ida")

    def kept(self, connection: Connection) -> TokenSet:
        tokens = self.ws.store.tokens(connection.consent_id)
        assert tokens is not None
        return tokens

    def refreshes(self) -> int:
        return len(self.xero.requests("POST", "/connect/token"))


@pytest.fixture
def consent(tmp_path: Path) -> Iterator[Consent]:
    clock, slept = MovableClock(), list[float]()
    with pretend_xero("empty", countries=("AU", "NZ")) as xero:
        settings = load(environment(xero.sandbox, "authorization_code"), home=tmp_path)
        with workspace_at(settings, clock, slept) as ws:
            yield Consent(xero, ws, clock)


def test_the_only_organisation_is_chosen_at_once(consent: Consent) -> None:
    (connection,) = consent.allow()
    assert (connection.grant, connection.state, connection.connected_by) == ("authorization_code", "connected", "Ida")
    assert consent.ws.organisation().tenant_id == connection.tenant_id
    assert consent.ws.store.chosen_organisation() == connection.tenant_id


def test_several_organisations_of_one_consent_share_their_tokens(consent: Consent) -> None:
    both = consent.allow(*(one["tenant_id"] for one in consent.xero.sandbox.organisations))
    assert len({one.consent_id for one in both}) == 1
    consent.clock.forward(minutes=29)
    before = consent.refreshes()
    used = {connect.access_token(consent.ws, one, force_refresh=False) for one in both}
    assert (len(used), consent.refreshes()) == (1, before + 1)
    for one in both:
        assert pull.pull(consent.ws, one).invoices == 0


def test_without_a_choice_among_several_the_names_are_told(consent: Consent) -> None:
    both = consent.allow(*(one["tenant_id"] for one in consent.xero.sandbox.organisations))
    with pytest.raises(NeedsAPerson) as problem:
        consent.ws.organisation("Nobody's books")
    assert all(one.name in str(problem.value) for one in both)
    assert consent.ws.organisation(both[1].name.upper()).tenant_id == both[1].tenant_id
    assert consent.ws.organisation(both[0].tenant_id).name == both[0].name


def test_a_fresh_token_is_used_as_it_is(consent: Consent) -> None:
    (connection,) = consent.allow()
    before = consent.refreshes()
    assert connect.access_token(consent.ws, connection, force_refresh=False) == consent.kept(connection).access_token
    assert consent.refreshes() == before


def test_many_threads_refresh_once_and_all_go_on(consent: Consent) -> None:
    (connection,) = consent.allow()
    old = consent.kept(connection)
    before = consent.refreshes()
    consent.clock.forward(minutes=29)
    consent.xero.arm("slow", path="/connect/token", seconds=0.3)
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(connect.access_token(consent.ws, connection, force_refresh=False)))
        for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), set(found)) == (50, {consent.kept(connection).access_token})
    assert consent.refreshes() == before + 1
    assert consent.kept(connection).refresh_token != old.refresh_token


ASK_AT_ONCE = """
import sys, threading
from pathlib import Path
from i2g_recon.jobs import connect
from i2g_recon.jobs.workspace import open_workspace
from i2g_recon.settings import load
ws = open_workspace(load(home=Path(sys.argv[1])))
(connection,) = ws.store.connections()
print("ready", flush=True)
sys.stdin.readline()
found = []
ask = lambda: found.append(connect.access_token(ws, connection, force_refresh=False))
threads = [threading.Thread(target=ask) for _ in range(13)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(len(found), len(set(found)), hash(found[0]) if found else 0)
"""


def test_many_threads_of_several_processes_refresh_once(consent: Consent, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the moment of expiry: 4 processes with 13 threads each, one refresh, and nobody fails."""
    (connection,) = consent.allow()
    old = consent.kept(connection)
    consent.ws.store.save_tokens(connection.consent_id, replace(old, expires_at=MORNING))
    before = consent.refreshes()
    consent.xero.arm("slow", path="/connect/token", seconds=0.5)
    for name, value in environment(consent.xero.sandbox, "authorization_code").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONHASHSEED", "0")  # so that processes can say the same token without saying it
    said = together(ASK_AT_ONCE, str(consent.ws.settings.home), processes=4)
    assert len(set(said)) == 1
    assert said[0].startswith("13 1 ")
    assert consent.refreshes() == before + 1
    assert consent.kept(connection).refresh_token != old.refresh_token


def test_the_rotated_token_is_kept_with_the_one_before_it(consent: Consent) -> None:
    (connection,) = consent.allow()
    old = consent.kept(connection)
    connect.access_token(consent.ws, connection, force_refresh=True)
    new = consent.kept(connection)
    assert (new.previous_refresh_token, new.refresh_token == old.refresh_token) == (old.refresh_token, False)
    assert new.previous_expires_at is not None


def test_a_rotated_token_is_on_the_disk_before_it_is_used(consent: Consent) -> None:
    """The first call with the new token fails; the token is there all the same, and the next call uses it."""
    (connection,) = consent.allow()
    old = consent.kept(connection)
    consent.clock.forward(minutes=29)
    consent.xero.arm("drop_before", times=-1)
    with pytest.raises(OtherSideFailed):
        pull.pull(consent.ws, connection)
    assert consent.kept(connection).refresh_token != old.refresh_token
    consent.xero.calm()
    before = consent.refreshes()
    assert pull.pull(consent.ws, connection).invoices == 0
    assert consent.refreshes() == before


def test_a_lost_answer_to_the_refresh_costs_nothing(consent: Consent) -> None:
    (connection,) = consent.allow()
    consent.xero.arm("drop_after", path="/connect/token")
    connect.access_token(consent.ws, connection, force_refresh=True)
    assert pull.pull(consent.ws, connection).invoices == 0


def test_within_the_grace_the_token_before_is_tried(consent: Consent) -> None:
    (connection,) = consent.allow()
    good = consent.kept(connection)
    spoilt = replace(
        good,
        refresh_token="spoilt",
        previous_refresh_token=good.refresh_token,
        previous_expires_at=consent.clock() + connect.GRACE,
    )
    consent.ws.store.save_tokens(connection.consent_id, spoilt)
    connect.access_token(consent.ws, connection, force_refresh=True)
    consent.ws.store.save_tokens(connection.consent_id, replace(spoilt, previous_expires_at=consent.clock()))
    consent.clock.forward(seconds=1)
    with pytest.raises(ReconnectNeeded):
        connect.access_token(consent.ws, connection, force_refresh=True)


def test_a_permission_that_has_ended_asks_to_reconnect_and_keeps_the_settings(consent: Consent) -> None:
    (connection,) = consent.allow()
    setup_steps.change_setup(consent.ws, connection, revenue_account="200")
    consent.ws.store.save_tokens(connection.consent_id, replace(consent.kept(connection), refresh_token="revoked"))
    with pytest.raises(ReconnectNeeded):
        connect.access_token(consent.ws, connection, force_refresh=True)
    assert consent.ws.organisation().state == "reconnect"
    (again,) = consent.allow()
    assert (again.state, consent.ws.organisation().state) == ("connected", "connected")
    assert consent.ws.store.setup(connection.tenant_id).revenue_account == "200"
    assert pull.pull(consent.ws, again).invoices == 0


def test_disconnected_in_xero_is_remembered_by_a_pull(consent: Consent) -> None:
    (connection,) = consent.allow()
    consent.xero.arm("disconnected")
    with pytest.raises(ReconnectNeeded):
        pull.pull(consent.ws, connection)
    assert consent.ws.organisation().state == "disconnected"
    connect.access_token(
        consent.ws, connection, force_refresh=True
    )  # the consent lives on, the organisation is cut off
    assert consent.ws.organisation().state == "disconnected"


def test_disconnected_while_pushing_is_resumed_after_a_new_consent(consent: Consent) -> None:
    (connection,) = consent.allow()
    ws = consent.ws
    import_export.import_uploads(ws, connection, [("marlow_invoice.csv", csv_bytes([sale("T-1"), sale("T-2")]))])
    choices = setup_steps.Choices(revenue_account="200", confirm_taxes=True, confirm_currency=True)
    setup_steps.apply_choices(ws, connection, choices)
    consent.xero.arm("disconnected", method="PUT", path="/Invoices")
    with pytest.raises(ReconnectNeeded):
        push.push(ws, connection, plan(ws, connection).commands)
    assert ws.organisation().state == "disconnected"
    (again,) = consent.allow()
    assert push.resume(ws, again).counts["confirmed"] == 2
    assert sorted(one["Reference"] for one in consent.xero.invoices()) == ["T-1", "T-2"]


def test_disconnecting_ends_it_on_both_sides(consent: Consent) -> None:
    (connection,) = consent.allow()
    connect.disconnect(consent.ws, connection)
    assert len(consent.xero.requests("DELETE", "/connections")) == 1
    assert consent.ws.store.connections() == []
    assert consent.ws.store.tokens(connection.consent_id) is None
    assert consent.ws.store.chosen_organisation() != connection.tenant_id


def test_disconnecting_works_when_the_permission_is_gone_already(consent: Consent) -> None:
    (connection,) = consent.allow()
    consent.ws.store.save_tokens(connection.consent_id, replace(consent.kept(connection), refresh_token="revoked"))
    consent.clock.forward(hours=1)
    connect.disconnect(consent.ws, connection)
    assert consent.ws.store.tokens(connection.consent_id) is None


def test_disconnecting_one_of_two_keeps_the_tokens_of_the_other(consent: Consent) -> None:
    one, other = consent.allow(*(one["tenant_id"] for one in consent.xero.sandbox.organisations))
    connect.disconnect(consent.ws, one)
    assert pull.pull(consent.ws, other).invoices == 0


def test_a_sign_in_ticket_is_good_once_and_for_a_while(consent: Consent) -> None:
    first, second = (ticket(consent.ws) for _ in range(2))
    assert connect.redeem_login(consent.ws, first, "Ida's") == connect.SignIn()
    assert connect.redeem_login(consent.ws, first, "Ida's") is None
    consent.clock.forward(minutes=11)
    assert connect.redeem_login(consent.ws, second, "Ida's") is None
    assert connect.redeem_login(consent.ws, "made up", "Ida's") is None


def test_a_ticket_opens_nothing_in_another_browser_and_stays_good_in_its_own(consent: Consent) -> None:
    stolen = ticket(consent.ws, read_only=True)
    assert connect.redeem_login(consent.ws, stolen, "a thief's") is None
    assert connect.redeem_login(consent.ws, stolen, "") is None
    assert connect.redeem_login(consent.ws, stolen, "Ida's") == connect.SignIn(read_only=True)
    unmarked = ticket(consent.ws, browser="")
    assert connect.redeem_login(consent.ws, unmarked, "") is None


def ticket(ws: Workspace, *, browser: str = "Ida's", read_only: bool = False) -> str:
    return connect.login_address(ws, browser, read_only=read_only).partition("ticket=")[2]


def test_a_custom_connection_without_credentials_says_which_are_missing(tmp_path: Path) -> None:
    settings = load({"XERO_GRANT": "client_credentials"}, home=tmp_path)
    with (
        workspace_at(settings, MovableClock(), []) as ws,
        pytest.raises(NotConfigured, match="XERO_CLIENT_ID"),
    ):
        connect.connect_custom(ws)


def test_no_secret_and_no_client_shows_in_logs_texts_or_the_database(
    consent: Consent, caplog: pytest.LogCaptureFixture
) -> None:
    """The whole flow, with every logger at DEBUG."""
    with caplog.at_level(logging.DEBUG):
        (connection,) = consent.allow()
        ws = consent.ws
        data = csv_bytes([sale("T-1"), sale("T-2", client="Quarry Row Pty Ltd")])
        import_export.import_uploads(ws, connection, [("marlow_invoice.csv", data)])
        choices = setup_steps.Choices(revenue_account="200", confirm_taxes=True, confirm_currency=True)
        assert setup_steps.apply_choices(ws, connection, choices).setup.completed
        consent.xero.arm("drop_after", method="PUT", path="/Invoices")
        consent.xero.arm("expired_token", method="GET", path="/Invoices")
        report = push.push(ws, connection, plan(ws, connection).commands)
        assert report.counts["confirmed"] == 2
        connect.access_token(ws, connection, force_refresh=True)
    tokens = consent.kept(connection)
    secrets = [tokens.access_token, tokens.refresh_token, tokens.previous_refresh_token, ws.settings.client_secret]
    private = [CLIENT, CLIENT_EMAIL, "Quarry", "clients.example"]
    ours = "\n".join(
        f"{record.name} {record.getMessage()} {record.exc_text or ''}"
        for record in caplog.records
        if record.threadName == "MainThread"  # the sandbox, whose logs are not the product's, runs in another
    )
    assert "i2g_recon.xero" in ours
    assert [word for word in [*secrets, *private, "Bearer "] if word in ours] == []
    shown = f"{tokens!r} {ws.settings!r} {connection!r} {ws.store.connections()!r} {report.commands!r}"
    assert [word for word in [*secrets, CLIENT, CLIENT_EMAIL] if word in shown] == []
    files = b"".join(path.read_bytes() for path in ws.settings.home.glob("*.sqlite*"))
    assert [word for word in secrets if word.encode() in files] == []
