"""What a person decided: pairs taken for one, invoices that stay out of Xero, periods that were signed off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import delete, or_, update
from sqlmodel import col, select

from i2g_recon.core.accepted import AcceptedPair
from i2g_recon.store.part import Part
from i2g_recon.store.records import SignOff
from i2g_recon.store.tables import AcceptedPairRow, KeptBackRow, SignOffRow

NOT_WITHDRAWN = col(SignOffRow.withdrawn_at).is_(None)


class Decisions(Part):
    """The part of the Store that holds them."""

    def accept_pair(self, tenant_id: str, pair: AcceptedPair, at: dt.datetime) -> None:
        """Remember that two invoices are one, in place of what was accepted for either before."""
        with self.database.writing() as session:
            mine, row = col(AcceptedPairRow.tenant_id) == tenant_id, AcceptedPairRow
            either = or_(col(row.source_id) == pair.source_id, col(row.target_id) == pair.target_id)
            session.exec(delete(row).where(mine, either))
            session.add(row(tenant_id=tenant_id, accepted_at=at, **asdict(pair)))

    def withdraw_pair(self, tenant_id: str, source_id: str) -> bool:
        """Forget what was accepted for a source invoice; whether there was anything."""
        with self.database.writing() as session:
            row = session.get(AcceptedPairRow, (tenant_id, source_id))
            if row is not None:
                session.delete(row)
            return row is not None

    def accepted_pairs(self, tenant_id: str) -> tuple[AcceptedPair, ...]:
        """Every accepted pair of an organisation, in the order of the source ids."""
        mine = select(AcceptedPairRow).where(AcceptedPairRow.tenant_id == tenant_id)
        with self.database.reading() as session:
            rows = session.exec(mine.order_by(col(AcceptedPairRow.source_id)))
            return tuple(AcceptedPair(row.source_id, row.target_id, row.facts) for row in rows)

    def accepted_since(self, tenant_id: str) -> dict[str, dt.datetime]:
        """Source id to the moment its pair was accepted."""
        with self.database.reading() as session:
            rows = session.exec(select(AcceptedPairRow).where(AcceptedPairRow.tenant_id == tenant_id))
            return {row.source_id: row.accepted_at for row in rows}

    def keep_back(self, tenant_id: str, source_ids: Iterable[str], reason: str, at: dt.datetime) -> None:
        """Remember that these invoices shall not be sent, and why."""
        with self.database.writing() as session:
            for source_id in source_ids:
                session.merge(KeptBackRow(tenant_id=tenant_id, source_id=source_id, reason=reason, kept_at=at))

    def let_go(self, tenant_id: str, source_ids: Iterable[str]) -> int:
        """Forget that these shall not be sent; how many were remembered."""
        with self.database.writing() as session:
            rows = [session.get(KeptBackRow, (tenant_id, source_id)) for source_id in source_ids]
            for row in rows:
                if row is not None:
                    session.delete(row)
            return sum(row is not None for row in rows)

    def kept_back(self, tenant_id: str) -> dict[str, str]:
        """Source id to reason, for every invoice that shall not be sent."""
        with self.database.reading() as session:
            rows = session.exec(select(KeptBackRow).where(KeptBackRow.tenant_id == tenant_id))
            return {row.source_id: row.reason for row in rows}

    def kept_back_since(self, tenant_id: str) -> dict[str, dt.datetime]:
        """Source id to the moment it was decided that it shall not be sent."""
        with self.database.reading() as session:
            rows = session.exec(select(KeptBackRow).where(KeptBackRow.tenant_id == tenant_id))
            return {row.source_id: row.kept_at for row in rows}

    def add_sign_off(self, sign_off: SignOff) -> None:
        """Keep a sign-off."""
        days = {"period_from": str(sign_off.period_from), "period_to": str(sign_off.period_to)}
        with self.database.writing() as session:
            session.add(SignOffRow(**{**asdict(sign_off), **days}))

    def review_sign_off(self, sign_off_id: str, reviewer: str, at: dt.datetime) -> bool:
        """Write down who reviewed it, once; whether it was still to be reviewed."""
        change = update(SignOffRow).where(
            col(SignOffRow.id) == sign_off_id, col(SignOffRow.reviewed_at).is_(None), NOT_WITHDRAWN
        )
        with self.database.writing() as session:
            changed = session.connection().execute(change.values(reviewer=reviewer, reviewed_at=at)).rowcount
        return changed == 1

    def withdraw_sign_off(self, sign_off_id: str, at: dt.datetime) -> bool:
        """Take a sign-off back; it stays on record as withdrawn. Whether it stood."""
        change = update(SignOffRow).where(col(SignOffRow.id) == sign_off_id, NOT_WITHDRAWN)
        with self.database.writing() as session:
            return session.connection().execute(change.values(withdrawn_at=at)).rowcount == 1

    def sign_offs(self, tenant_id: str) -> list[SignOff]:
        """The sign-offs of an organisation, withdrawn ones too, newest first."""
        wanted = select(SignOffRow).where(SignOffRow.tenant_id == tenant_id)
        with self.database.reading() as session:
            rows = session.exec(wanted.order_by(col(SignOffRow.prepared_at).desc()))
            return [sign_off_of(row) for row in rows]


def sign_off_of(row: SignOffRow) -> SignOff:
    """The record of a row."""
    values = row.model_dump()
    days = {name: dt.date.fromisoformat(values[name]) for name in ("period_from", "period_to")}
    return SignOff(**{**values, **days})
