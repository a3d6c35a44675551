"""What people did about exceptions: one case each, and what was said about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import ColumnElement, insert, update
from sqlmodel import col, select

from i2g_recon.core.cases import Case
from i2g_recon.store.case_tables import CaseNoteRow, CaseRow
from i2g_recon.store.part import Part
from i2g_recon.store.records import CaseNote


class Cases(Part):
    """The part of the Store that holds them."""

    def cases(self, tenant_id: str) -> dict[str, Case]:
        """Every case of an organisation by its key, closed ones too."""
        with self.database.reading() as session:
            rows = session.exec(select(CaseRow).where(CaseRow.tenant_id == tenant_id))
            return {row.key: Case(**row.model_dump(exclude={"tenant_id"})) for row in rows}

    def keep_cases(self, tenant_id: str, cases: Iterable[Case], notes: Iterable[CaseNote] = ()) -> None:
        """Keep cases as they are now, in place of what they were, with what was said about them; all or nothing."""
        now = {case.key: {"tenant_id": tenant_id, **asdict(case)} for case in cases}
        with self.database.writing() as session:
            mine = select(CaseRow.key).where(CaseRow.tenant_id == tenant_id)
            known = set(session.exec(mine))
            if fresh := [row for key, row in now.items() if key not in known]:
                session.execute(insert(CaseRow), fresh)
            for key in now.keys() & known:
                change = update(CaseRow).where(col(CaseRow.tenant_id) == tenant_id, col(CaseRow.key) == key)
                session.connection().execute(change.values(now[key]))
            session.add_all(CaseNoteRow(tenant_id=tenant_id, **asdict(note)) for note in notes)

    def case_notes(self, tenant_id: str, key: str) -> list[CaseNote]:
        """What was said about one case, oldest first."""
        return self.read_notes(tenant_id, col(CaseNoteRow.key) == key)

    def notes_of_people(self, tenant_id: str) -> list[CaseNote]:
        """What people said and did about any case, oldest first; what the program noted is left out."""
        return self.read_notes(tenant_id, col(CaseNoteRow.who) != "")

    def read_notes(self, tenant_id: str, which: ColumnElement[bool]) -> list[CaseNote]:
        """The notes of an organisation that a condition lets pass, oldest first."""
        wanted = select(CaseNoteRow).where(CaseNoteRow.tenant_id == tenant_id, which)
        with self.database.reading() as session:
            rows = session.exec(wanted.order_by(col(CaseNoteRow.seq)))
            return [CaseNote(key=row.key, at=row.at, who=row.who, words=row.words) for row in rows]
