"""Import: export files into the workspace, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from i2g_recon.core.answers import NOTHING_SAID, Answers, Look
from i2g_recon.core.frame import Invoices
from i2g_recon.core.invoice import RowError
from i2g_recon.core.money import decimal_text
from i2g_recon.errors import NeedsAnswer, NeedsAPerson, UnreadableFile
from i2g_recon.invoice2go.door import bytes_of, look, read_file
from i2g_recon.jobs.layouts import layouts, remember_layout
from i2g_recon.jobs.source import current_source, is_listing
from i2g_recon.jobs.workspace import Workspace
from i2g_recon.store.records import Connection

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFile:
    """What one file brought. repeated: the very same file was imported before, so nothing was stored again."""

    name: str
    sha256: str
    rows: int
    accepted: int
    refused: int
    totals: tuple[tuple[str, int], ...]  # currency, minor units of the accepted rows
    row_errors: tuple[RowError, ...]
    notes: tuple[str, ...]
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import brought, file by file, and how many invoices the workspace now holds."""

    files: tuple[ImportedFile, ...]
    invoices: int
    no_longer_exported: int

    def to_dict(self) -> dict[str, Any]:
        """The report as a JSON document."""
        return {
            "schema": 1,
            "invoices": self.invoices,
            "no_longer_exported": self.no_longer_exported,
            "files": [
                {
                    "name": file.name,
                    "sha256": file.sha256,
                    "rows": file.rows,
                    "accepted": file.accepted,
                    "refused": file.refused,
                    "repeated": file.repeated,
                    "totals": {currency: decimal_text(minor, currency) for currency, minor in file.totals},
                    "row_errors": [asdict(error) for error in file.row_errors],
                    "notes": list(file.notes),
                }
                for file in self.files
            ],
        }


def import_files(
    ws: Workspace,
    connection: Connection,
    paths: Sequence[Path],
    progress: Progress | None = None,
    *,
    answers: Answers = NOTHING_SAID,
) -> ImportReport:
    """Read every file, then keep them; answers: about tables without ids.

    Raises UnreadableFile naming each that cannot be read, NeedsAnswer when one leaves a question open; nothing is kept.
    """
    uploads = [(path.name, partial(bytes_of, path)) for path in paths]
    return import_all(ws, connection, uploads, answers, progress)


def import_uploads(
    ws: Workspace,
    connection: Connection,
    uploads: Sequence[tuple[str, bytes]],
    progress: Progress | None = None,
    *,
    answers: Answers = NOTHING_SAID,
) -> ImportReport:
    """The same for files that came through the page: (name, content)."""
    return import_all(ws, connection, [(name, partial(bytes, data)) for name, data in uploads], answers, progress)


def look_at(
    ws: Workspace, connection: Connection, name: str, data: bytes, answers: Answers = NOTHING_SAID
) -> Look | None:
    """A table without ids as far as it is understood; None for Invoice2go's own export. Raises UnreadableFile."""
    return look(data, name, answers, layouts(ws, connection.tenant_id))


def import_all(
    ws: Workspace,
    connection: Connection,
    uploads: Sequence[tuple[str, Callable[[], bytes]]],
    answers: Answers,
    progress: Progress | None = None,
) -> ImportReport:
    """Read, keep, and remember what was said about the layout of a table."""
    remembered = layouts(ws, connection.tenant_id)
    layouts_seen: set[str] = set()

    def read(name: str, content: Callable[[], bytes]) -> Invoices:
        data = content()
        side = read_file(data, name, progress=progress, answers=answers, remembered=remembered)
        if answers != NOTHING_SAID and is_listing(side) and (seen := look(data, name, answers)):
            layouts_seen.add(seen.fingerprint)
        return side

    sides = read_all([partial(read, name, content) for name, content in uploads])
    refuse_beside_export(ws, connection, sides)
    report = keep(ws, connection, sides, again=answers != NOTHING_SAID)
    for layout in layouts_seen:
        remember_layout(ws, connection.tenant_id, layout, answers)
    return report


def refuse_beside_export(ws: Workspace, connection: Connection, sides: Sequence[Invoices]) -> None:
    """Raises NeedsAPerson for a table without ids where Invoice2go's own export is known: it could only double it."""
    tables = [side.origin.name for side in sides if is_listing(side)]
    held = current_source(ws, connection.tenant_id).invoices
    if tables and (len(tables) < len(sides) or (len(held.invoices) and not is_listing(held))):
        raise NeedsAPerson(
            f"{tables[0]} is a table without ids, and this organisation has Invoice2go's own export, which says more: "
            "export from Invoice2go again and import that."
        )


def read_all(readers: Sequence[Callable[[], Invoices]]) -> list[Invoices]:
    """Every file read, or one failure that names all that could not be."""
    read, problems = [], []
    for reader in readers:
        try:
            read.append(reader())
        except NeedsAnswer:
            raise
        except UnreadableFile as problem:
            problems.append(str(problem))
    if problems:
        raise UnreadableFile(" ".join(problems))
    return read


def keep(ws: Workspace, connection: Connection, sides: Sequence[Invoices], *, again: bool = False) -> ImportReport:
    """Store what was read, repeated files apart, and say what it was. again: a table read anew, with other answers."""
    known = {info.sha256 for info in ws.store.snapshots(connection.tenant_id, "source")}
    files = []
    for side in sides:
        repeated = side.origin.sha256 in known and not (again and is_listing(side))
        if not repeated:
            ws.store.add_snapshot(connection.tenant_id, "source", side, taken_at=ws.clock())
            known.add(side.origin.sha256)
        files.append(imported(side, repeated=repeated))
        ws.store.log(
            ws.clock(),
            "",
            "imported again" if repeated else "imported",
            side.origin.sha256[:12],
            tenant_id=connection.tenant_id,
            detail={"rows": side.origin.rows, "refused": files[-1].refused},
        )
    source = current_source(ws, connection.tenant_id).invoices.invoices
    return ImportReport(
        files=tuple(files), invoices=len(source), no_longer_exported=int(source["no_longer_exported"].sum())
    )


def imported(side: Invoices, *, repeated: bool) -> ImportedFile:
    """One file's part of the report."""
    totals = side.invoices.groupby("currency")["total_minor"].sum()
    return ImportedFile(
        name=side.origin.name,
        sha256=side.origin.sha256,
        rows=side.origin.rows,
        accepted=len(side.invoices),
        refused=sum(error.refused for error in side.row_errors),
        totals=tuple((str(currency), int(total)) for currency, total in totals.items()),
        row_errors=side.row_errors,
        notes=side.notes,
        repeated=repeated,
    )
