"""The tables of what people do about exceptions. Rules as in `tables`."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, Text
from sqlmodel import Field

from i2g_recon.store.columns import Moment, Whole
from i2g_recon.store.tables import STRICT, Row


class CaseRow(Row, table=True):
    """An exception and what was done about it."""

    __tablename__ = "work_case"
    __table_args__ = STRICT
    tenant_id: str = Field(sa_type=Text, primary_key=True)
    key: str = Field(sa_type=Text, primary_key=True)
    first_seen: dt.datetime = Field(sa_type=Moment)
    changed_at: dt.datetime = Field(sa_type=Moment)
    facts: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    assignee: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)


class CaseNoteRow(Row, table=True):
    """What somebody, or the program, said about a case."""

    __tablename__ = "case_note"
    __table_args__ = (Index("ix_case_note_case", "tenant_id", "key"), STRICT)
    seq: int | None = Field(sa_type=Whole, primary_key=True, default=None)
    tenant_id: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    at: dt.datetime = Field(sa_type=Moment)
    who: str = Field(sa_type=Text)
    words: str = Field(sa_type=Text)
