"""A folder that is watched: an export dropped in it is imported, and pushed where automatic export is on.

A file is taken once it is the same at two looks, so that a copy under way is left alone. What was read goes to the
subfolder `imported`, what could not be read to `refused`, with a text file that says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from i2g_recon.errors import NeedsAPerson, OtherSideFailed, ReconError
from i2g_recon.jobs.auto_export import push_after_import
from i2g_recon.jobs.import_export import import_files
from i2g_recon.jobs.workspace import Connection, Workspace

ENDINGS = (".zip", ".csv", ".xlsx")
IMPORTED, REFUSED = "imported", "refused"


@dataclass(frozen=True, slots=True)
class Dropped:
    """What became of one file. words: for a person."""

    name: str
    imported: bool
    words: str


@dataclass(slots=True)
class Watch:
    """One watched folder of one organisation. seen: size and time of each file at the look before.

    stuck: the same of files that were taken and that another program did not let go.
    """

    folder: Path
    connection: Connection
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)
    stuck: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises NeedsAPerson when the folder cannot be used."""
        for place in (self.folder, self.folder / IMPORTED, self.folder / REFUSED):
            try:
                place.mkdir(exist_ok=True)
            except OSError as problem:
                raise NeedsAPerson(f"The folder {place} cannot be used: {problem.strerror}.") from None

    def look(self, ws: Workspace) -> list[Dropped]:
        """Take what is complete. A file that fails for want of the other side stays for the next look."""
        found = []
        for path in self.complete():
            try:
                report = import_files(ws, self.connection, [path])
            except OtherSideFailed:
                continue
            except NeedsAPerson as problem:
                found.append(self.put_away(path, imported=False, words=str(problem)))
                continue
            refused = sum(file.refused for file in report.files)
            words = f"{sum(file.accepted for file in report.files):,} invoices read"
            found.append(
                self.put_away(path, imported=True, words=f"{words}, {refused:,} rows refused" if refused else words)
            )
        if any(one.imported for one in found):
            self.export(ws, found)
        return found

    def complete(self) -> Iterator[Path]:
        """The files that have not changed since the look before, by name."""
        now: dict[str, tuple[int, int]] = {}
        for path in sorted(self.folder.iterdir()):
            if path.suffix.lower() in ENDINGS and path.is_file():
                about = path.stat()
                now[path.name] = about.st_size, about.st_mtime_ns
        before, self.seen = self.seen, now
        ready = [name for name, about in now.items() if before.get(name) == about != self.stuck.get(name)]
        yield from (self.folder / name for name in ready)

    def put_away(self, path: Path, *, imported: bool, words: str) -> Dropped:
        """Into its subfolder, under a free name; the reason beside what was refused.

        A file that cannot be moved, because another program holds it, stays and is not taken again until it changes.
        """
        place = self.folder / (IMPORTED if imported else REFUSED)
        target = next(
            one
            for number in range(1, 10_000)
            if not (one := place / (path.name if number == 1 else f"{path.stem} ({number}){path.suffix}")).exists()
        )
        try:
            path.replace(target)
            if not imported:
                target.with_name(f"{target.name}.txt").write_text(f"{words}\n", encoding="utf-8")
        except OSError as problem:
            self.stuck[path.name] = self.seen[path.name]
            words = f"{words}; it stays in the folder, for it cannot be moved: {problem.strerror}"
        return Dropped(path.name, imported, words)

    def export(self, ws: Workspace, found: list[Dropped]) -> None:
        """Automatic export, where it is on; its trouble is told and does not undo the import."""
        try:
            pushed = push_after_import(ws, self.connection)
        except ReconError as problem:
            found.append(Dropped("automatic export", imported=False, words=str(problem)))
            return
        if pushed is not None:
            words = f"{pushed.counts['confirmed']:,} invoices are in Xero"
            found.append(Dropped("automatic export", imported=True, words=words))
