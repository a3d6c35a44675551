from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from fixtures_store import NOW, TENANT, connection, seconds, store_at, tokens

from i2g_recon.core.setup import Setup
from i2g_recon.errors import NotConfigured
from i2g_recon.store.tables import TokenRow
from i2g_recon.store.workspace import Store

SIBLING = "22222222-aaaa-4bbb-8ccc-000000000002"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with store_at(tmp_path) as opened:
        yield opened


def test_connections_are_kept_and_replaced_by_tenant(store: Store) -> None:
    store.save_connection(connection())
    store.save_connection(connection(SIBLING, name="A Sibling", grant="client_credentials", connected_by="Robin"))
    store.save_connection(connection(state="reconnect"))
    assert store.connections() == [
        connection(SIBLING, name="A Sibling", grant="client_credentials", connected_by="Robin"),
        connection(state="reconnect"),
    ]
    assert store.connection(TENANT) == connection(state="reconnect")
    assert store.connection("unknown") is None


def test_tokens_come_back_and_are_replaced(store: Store) -> None:
    assert store.tokens("consent-1") is None
    store.save_tokens("consent-1", tokens("old"))
    store.save_tokens("consent-1", tokens("new"))
    assert store.tokens("consent-1") == tokens("new")


def test_no_token_can_be_read_from_the_disk_or_from_a_log(tmp_path: Path) -> None:
    with store_at(tmp_path) as store:
        store.save_tokens("consent-1", tokens("canary"))
        on_disk = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    on_disk += b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"consent-1" in on_disk
    assert b"canary" not in on_disk
    assert "canary" not in repr(tokens("canary"))


def test_the_wrong_key_is_a_sentence(tmp_path: Path) -> None:
    right, wrong = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    with store_at(tmp_path, I2G_RECON_SECRET_KEY=right) as store:
        store.save_tokens("consent-1", tokens())
    with store_at(tmp_path, I2G_RECON_SECRET_KEY=wrong) as store:
        with pytest.raises(NotConfigured, match="does not open the saved Xero connection") as caught:
            store.tokens("consent-1")
        assert wrong not in str(caught.value)


def test_a_new_key_in_front_takes_over(tmp_path: Path) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    with store_at(tmp_path, I2G_RECON_SECRET_KEY=old) as store:
        store.save_tokens("consent-1", tokens())
    with store_at(tmp_path, I2G_RECON_SECRET_KEY=f"{new}\n{old}") as store:
        assert store.reseal_tokens() == 1
    with store_at(tmp_path, I2G_RECON_SECRET_KEY=new) as store:
        assert store.tokens("consent-1") == tokens()


def test_tokens_of_another_consent_are_not_taken_for_ones_own(store: Store) -> None:
    store.save_tokens("consent-1", tokens())
    with store.database.writing() as session:
        row = session.get_one(TokenRow, "consent-1")
        session.add(TokenRow(consent_id="consent-2", sealed=row.sealed))
    with pytest.raises(NotConfigured, match="moved between organisations"):
        store.tokens("consent-2")


def test_tokens_go_with_the_last_connection_of_their_consent(store: Store) -> None:
    store.save_connection(connection())
    store.save_connection(connection(SIBLING))
    store.save_tokens("consent-1", tokens())
    store.remove_connection(TENANT)
    assert store.tokens("consent-1") == tokens()
    store.remove_connection(SIBLING)
    assert store.tokens("consent-1") is None
    store.remove_connection("unknown")


def test_disconnecting_forgets_the_choice_and_keeps_the_set_up(store: Store) -> None:
    store.save_connection(connection())
    store.choose_organisation(TENANT)
    store.save_setup(TENANT, Setup(revenue_account="200"))
    store.remove_connection(SIBLING)
    assert store.chosen_organisation() == TENANT
    store.remove_connection(TENANT)
    assert store.chosen_organisation() is None
    assert store.setup(TENANT).revenue_account == "200"


def test_a_ticket_is_good_once_for_its_purpose_and_time(store: Store) -> None:
    ticket = store.add_ticket("connect", NOW)
    assert not store.redeem_ticket(ticket, "something else", NOW)
    assert not store.redeem_ticket(ticket + "x", "connect", NOW)
    assert store.redeem_ticket(ticket, "connect", NOW + seconds(599))
    assert not store.redeem_ticket(ticket, "connect", NOW + seconds(599))
    late = store.add_ticket("connect", NOW, lifetime_s=60)
    assert not store.redeem_ticket(late, "connect", NOW + seconds(60))


def test_tickets_are_hashed_and_swept(tmp_path: Path) -> None:
    with store_at(tmp_path) as store:
        old = store.add_ticket("connect", NOW)
        new = store.add_ticket("connect", NOW + seconds(601))
        on_disk = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert old.encode() not in on_disk
        assert new.encode() not in on_disk
        assert not store.redeem_ticket(old, "connect", NOW)  # swept, though this clock says it would be good


def test_a_ticket_is_redeemed_by_one_of_many_threads(store: Store) -> None:
    ticket = store.add_ticket("connect", NOW)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: store.redeem_ticket(ticket, "connect", NOW), range(8))) == 1
