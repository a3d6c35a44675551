"""What every command shares: its options, its exit codes, and how it speaks.

Results go to stdout, progress and messages to stderr. With --json there is one JSON document on stdout, nothing else.
Exit codes: 0 done · 1 done, something needs a person · 2 usage, configuration or input, nothing was changed ·
3 the other side failed, run again to resume · 130 interrupted.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from i2g_recon import settings
from i2g_recon.errors import NeedsAPerson, ReconError

DONE, NEEDS_A_PERSON, REFUSED, INTERRUPTED = 0, 1, 2, 130

Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of the workspace; default: the platform's data folder.")
]
OrganisationName = Annotated[str, typer.Option("--organisation", help="Name or tenant id of the organisation.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress messages.")]
ISO_DAY = ["%Y-%m-%d"]
From = Annotated[dt.datetime | None, typer.Option("--from", formats=ISO_DAY, help="YYYY-MM-DD, inclusive.")]
To = Annotated[dt.datetime | None, typer.Option("--to", formats=ISO_DAY, help="YYYY-MM-DD, inclusive.")]
AllItems = Annotated[bool, typer.Option("--all-items", help="List agreeing invoices too.")]
Output = Annotated[Path | None, typer.Option("--output", help="Also write FILE.xlsx, .html, .md or .json.")]


CONTROLS = (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
VISIBLE = {code: "\N{REPLACEMENT CHARACTER}" for code in CONTROLS if chr(code) not in "\n\t"}


def printable(text: str) -> str:
    """The text without what a terminal would obey or read backwards: a client's name must not steer the screen."""
    return text.translate(VISIBLE)


@dataclass(frozen=True, slots=True)
class Voice:
    """How one command speaks."""

    as_json: bool = False
    quiet: bool = False

    def tell(self, sentence: str) -> None:
        """A message on the way, to stderr."""
        if not self.quiet:
            typer.echo(printable(sentence), err=True)

    def say(self, text: str) -> None:
        """Part of the result in words; not with --json."""
        if not self.as_json:
            typer.echo(printable(text))

    def give(self, document: Any) -> None:
        """The result as JSON; only with --json."""
        if self.as_json:
            typer.echo(json.dumps(document, ensure_ascii=False, allow_nan=False))

    def progress(self, what: str) -> Callable[[int, int], None] | None:
        """A progress line that rewrites itself on a terminal, and is silent elsewhere."""
        if self.quiet or not sys.stderr.isatty():
            return None

        def show(done: int, of_all: int) -> None:
            typer.echo(f"\r{what}: {done:,} of {of_all:,} ", err=True, nl=done >= of_all)

        return show


def command(work: Callable[..., int]) -> Callable[..., None]:
    """Turn what a command gives or raises into its exit code; a failure is one sentence on stderr."""

    @functools.wraps(work)
    def run(*args: Any, **options: Any) -> None:
        raise typer.Exit(exit_code(work, *args, **options))

    return run


def exit_code(work: Callable[..., int], *args: Any, **options: Any) -> int:
    """Run it and say what went wrong, without a traceback unless I2G_RECON_DEBUG asks for one."""
    try:
        return work(*args, **options)
    except ReconError as failure:
        typer.echo(printable(str(failure)), err=True)
        return failure.exit_code
    except KeyboardInterrupt:
        typer.echo("Interrupted; what was done is kept.", err=True)
        return INTERRUPTED
    except Exception as surprise:
        if os.environ.get("I2G_RECON_DEBUG"):
            raise
        where = place_of(surprise)
        typer.echo(f"Something unexpected happened ({type(surprise).__name__} {where}); please report it.", err=True)
        return REFUSED


def place_of(surprise: BaseException) -> str:
    """The last place in our own code that a surprise came through; no values, for they may be a client's."""
    trace, place = surprise.__traceback__, ""
    while trace is not None:
        name = Path(trace.tb_frame.f_code.co_filename)
        place = f"in {name.name} line {trace.tb_lineno}" if "i2g_recon" in name.parts else place
        trace = trace.tb_next
    return place


@contextmanager
def workspace(home: Path | None) -> Iterator[Any]:
    """The workspace of a command, closed at its end."""
    from i2g_recon.jobs.workspace import open_workspace

    ws = open_workspace(settings.load(home=home))
    try:
        yield ws
    finally:
        ws.close()


def refuse_output(output: Path | None) -> None:
    """Raise NeedsAPerson for an output that could not be written, before any work is done."""
    if output:
        from i2g_recon.report.paper import check_output

        check_output(output)


def write_output(voice: Voice, document: Mapping[str, Any], output: Path | None, decisions: Any = None) -> None:
    """The working paper, when one was asked for. decisions: of people, as the jobs give them."""
    if output:
        from i2g_recon.report.paper import write_paper

        write_paper(document, output, decisions)
        voice.tell(f"Written: {output}")


def refuse_import(path: Path | None) -> None:
    """Raise NeedsAPerson for an import file that could not be written, before any work is done."""
    if path:
        from i2g_recon.report.xero_import import check_import

        check_import(path)


def write_import_file(voice: Voice, path: Path | None, files: Any) -> None:
    """The missing invoices for Xero's import screen, when they were asked for, and what is not among them."""
    if path and files is not None:
        from i2g_recon.report.xero_import import write_import

        for number, why in files.left_out:
            voice.tell(f"Not in the file: {number}. {why}")
        for place in write_import(path, files):
            inside = "include the tax" if place != path else "do not include the tax"
            voice.tell(f"Written: {place}. When Xero asks, say that its prices {inside}.")
        voice.tell(f"Invoices written: {len(files.written):,}. Reconcile again after the import.")


def period(period_from: dt.datetime | None, period_to: dt.datetime | None) -> tuple[dt.date | None, dt.date | None]:
    """The given period as days. Raises NeedsAPerson when it ends before it begins."""
    if period_from and period_to and period_from > period_to:
        raise NeedsAPerson("--from is after --to.")
    return period_from and period_from.date(), period_to and period_to.date()
