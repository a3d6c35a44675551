"""Pages of a read that has not come to its end: kept until it does, so that it goes on where it broke off."""

from __future__ import annotations

import datetime as dt
import zlib

from sqlalchemy import LargeBinary, Text, delete
from sqlmodel import Field, col, select

from i2g_recon.store.columns import Moment, Whole
from i2g_recon.store.part import Part
from i2g_recon.store.tables import STRICT, Row


class PullPageRow(Row, table=True):
    """One page as Xero sent it. started_at: when the read began."""

    __tablename__ = "pull_page"
    __table_args__ = STRICT
    tenant_id: str = Field(sa_type=Text, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    started_at: dt.datetime = Field(sa_type=Moment)
    raw: bytes = Field(sa_type=LargeBinary)


class PullPages(Part):
    """The part of the Store that holds them."""

    def keep_page(self, tenant_id: str, started_at: dt.datetime, number: int, raw: bytes) -> None:
        """Keep one page, in place of what had its number."""
        row = PullPageRow(tenant_id=tenant_id, number=number, started_at=started_at, raw=zlib.compress(raw, 1))
        with self.database.writing() as session:
            session.merge(row)

    def kept_pages(self, tenant_id: str, since: dt.datetime) -> tuple[dt.datetime | None, dict[int, bytes]]:
        """When the read began and its pages by number; None and nothing unless it began since."""
        wanted = select(PullPageRow).where(PullPageRow.tenant_id == tenant_id, col(PullPageRow.started_at) >= since)
        with self.database.reading() as session:
            rows = session.exec(wanted).all()
            began = min((row.started_at for row in rows), default=None)
            return began, {row.number: zlib.decompress(row.raw) for row in rows if row.started_at == began}

    def drop_pages(self, tenant_id: str) -> None:
        """Forget them."""
        with self.database.writing() as session:
            session.execute(delete(PullPageRow).where(col(PullPageRow.tenant_id) == tenant_id))
