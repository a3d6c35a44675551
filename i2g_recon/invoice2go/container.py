"""From a file's bytes to the one invoice table inside it, or one sentence that says why there is none.

What a file is shows in its content, never in its name's ending. The name only tells invoices from estimates, clients
and items, whose exports may share the layout; an estimate must never be imported as an invoice.
"""

from __future__ import annotations

import codecs
import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from i2g_recon.errors import UnreadableFile

MAX_FILE_BYTES = 200_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_RATIO, RATIO_MATTERS_FROM_BYTES = 200, 5_000_000
MAX_MEMBERS = 1_000
CHUNK_BYTES = 1 << 20
HEAD_BYTES = 8_192

CHOOSE = "choose the zip or csv that Invoice2go writes"
AGAIN = "download the export from Invoice2go again"
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
FOREIGN = (  # the first bytes, what the file is
    (b"\xd0\xcf\x11\xe0", "an Excel workbook (or another old Office document)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"{", "a JSON file"),
    (b"[", "a JSON file"),
    (b"<", "a web page or XML file"),
)
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
KINDS = {
    "invoice": "invoices",
    "estimate": "estimates",
    "quote": "estimates",
    "client": "clients",
    "customer": "clients",
    "item": "items",
    "product": "items",
    "payment": "payments",
    "expense": "expenses",
    "credit": "credit memos",
    "purchase": "purchase orders",
    "appointment": "appointments",
}
SAME_LAYOUT = {"estimates", "credit memos", "purchase orders"}  # for these the columns cannot tell, the name must
KIND_WORD = re.compile("|".join(KINDS))
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    OverflowError,
)


@dataclass(frozen=True, slots=True)
class Export:
    """The invoice table's bytes with the encoding they were written in."""

    file: str  # the name the person knows
    data: bytes
    encoding: str
    kind: str  # what its name says it holds: a value of KINDS, or empty
    notes: tuple[str, ...] = ()


def open_export(data: bytes, name: str) -> Export:
    """The invoice table in a zip or csv, its encoding proven. Raises UnreadableFile with one sentence."""
    refuse_foreign(data, name)
    if data.startswith(ZIP_MARKS):
        table = from_zip(data, name)
    else:
        refuse_size(len(data), name)
        table = Export(name, data, "", kind_of(name))
    if table.kind in SAME_LAYOUT:
        raise UnreadableFile(
            f"{name} holds {table.kind} by its name, not invoices; choose the invoice export "
            "(or rename the file if it does hold invoices)"
        )
    if table.kind != "invoices":
        table = replace(table, notes=(*table.notes, f"The name {name} does not say invoices; its columns do."))
    return proven_encoding(table)


def refuse_size(size_bytes: int, name: str) -> None:
    """Raises UnreadableFile for a file that is larger than this version takes."""
    if size_bytes > MAX_FILE_BYTES:
        raise UnreadableFile(
            f"{name} has {size_bytes / 1e6:,.0f} MB and this version reads up to {MAX_FILE_BYTES // 1_000_000} MB; "
            "give the zip that Invoice2go writes instead of the unpacked file"
        )


def refuse_foreign(data: bytes, name: str) -> None:
    """Raises UnreadableFile for what is certainly no export: empty, a PDF, an old workbook, a picture, a web page."""
    head = data[:1024]
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not text and not data.removeprefix(codecs.BOM_UTF8).strip():
        raise UnreadableFile(f"{name} is empty; {AGAIN}")
    if b"%PDF-" in head:
        raise UnreadableFile(f"{name} is a PDF document, not an export; {CHOOSE}")
    for mark, what in FOREIGN:
        if text.startswith(mark):
            raise UnreadableFile(f"{name} is {what}; this version reads the zip or csv that Invoice2go writes")


def kind_of(name: str) -> str:
    """What a file name says the file holds; the last word counts, because account names stand in front.

    >>> kind_of("Invoice2go/Quote & Co_invoice_2026.csv")
    'invoices'
    """
    words = KIND_WORD.findall(PurePosixPath(name.replace("\\", "/")).name.lower().replace("invoice2go", ""))
    return KINDS[words[-1]] if words else ""


def from_zip(data: bytes, name: str) -> Export:
    """The one invoice table among the files of a zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return chosen_member(archive, name)
    except BROKEN_ZIP as problem:
        raise UnreadableFile(f"{name} is a damaged or cut-off zip; {AGAIN}") from problem


def chosen_member(archive: zipfile.ZipFile, name: str) -> Export:
    """Picks and unpacks the invoice table; names the files that were left aside."""
    members = [info for info in archive.infolist() if not info.is_dir() and not is_litter(info.filename)]
    refuse_archive(archive, members, name)
    tables = {info: kind for info in members if (kind := member_kind(archive, info, name))}
    invoices = [info for info, kind in tables.items() if kind == "invoices"]
    if len(invoices) > 1:
        found = " and ".join(shown(info) for info in invoices[:3])
        raise UnreadableFile(f"{name} holds {len(invoices)} invoice exports ({found}); import one at a time")
    if not invoices:
        found = ", ".join(sorted(set(tables.values()))) or "no csv file"
        raise UnreadableFile(f"{name} holds no invoice export ({found}); export the invoices from Invoice2go")
    others = [shown(info) for info in members if info is not invoices[0]]
    notes = (f"Ignored in {name}: {', '.join(others[:5])}{' ...' if len(others) > 5 else ''}.",) if others else ()  # noqa: PLR2004 - five names fill a line
    return Export(name, unpacked(archive, invoices[0], name), "", "invoices", notes)


def is_litter(member: str) -> bool:
    """Files that operating systems add to archives."""
    path = PurePosixPath(member)
    return "__MACOSX" in path.parts or path.name.startswith(".") or path.name.lower() in {"thumbs.db", "desktop.ini"}


def shown(info: zipfile.ZipInfo) -> str:
    """A member's name, short enough for a sentence."""
    return PurePosixPath(info.filename).name[:60]


def refuse_archive(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str) -> None:
    """Raises UnreadableFile for a workbook, an empty, locked or oversized archive, before anything is unpacked."""
    names = set(archive.namelist())
    if "[Content_Types].xml" in names or "mimetype" in names:
        raise UnreadableFile(
            f"{name} is a workbook or document; this version reads the zip or csv that Invoice2go writes"
        )
    if not members:
        raise UnreadableFile(f"{name} is a zip without any file; {AGAIN}")
    if any(info.flag_bits & 1 for info in members):
        raise UnreadableFile(f"{name} is locked with a password; unpack it and choose the invoice csv inside")
    size, packed = sum(info.file_size for info in members), sum(info.compress_size for info in members)
    too_dense = size > RATIO_MATTERS_FROM_BYTES and size > MAX_RATIO * max(packed, 1)
    if size > MAX_UNPACKED_BYTES or too_dense or len(members) > MAX_MEMBERS:
        raise UnreadableFile(
            f"{name} would unpack to {size / 1e6:,.0f} MB in {len(members)} files, "
            f"more than an Invoice2go export can be; {AGAIN}"
        )


def member_kind(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> str:
    """What a member holds: by its name, else by its heading; empty for what is no table."""
    if not info.filename.lower().endswith((".csv", ".txt", ".tsv")):
        return ""
    kind = kind_of(info.filename) or kind_of(name)
    if kind == "invoices" or kind in SAME_LAYOUT:
        return kind
    heading = member_bytes(archive, info, name, limit=HEAD_BYTES)
    return "invoices" if b"DocumentNumber" in heading.replace(b"\0", b"") else kind or "another table"


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    """A member's bytes, which must themselves look like text."""
    data = member_bytes(archive, info, name, limit=MAX_UNPACKED_BYTES)
    refuse_foreign(data, f"{shown(info)} in {name}")
    return data


def member_bytes(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, *, limit: int) -> bytes:
    """At most `limit` bytes of a member; what the directory claims about sizes is not trusted."""
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise UnreadableFile(f"{name} is packed in an unusual way; unpack it and choose the invoice csv inside")
    with archive.open(info) as stream:
        return stream.read(limit)


def proven_encoding(table: Export) -> Export:
    """The table with the encoding that decodes all of it. Raises UnreadableFile when none does."""
    for bom, encoding in BOMS:
        if table.data.startswith(bom):
            refuse_undecodable(table, encoding)
            return replace(table, encoding=encoding)
    if table.data.isascii() and b"\0" not in table.data:
        return replace(table, encoding="utf-8")
    try:
        decode_through(table.data, "utf-8")
    except UnicodeDecodeError:
        refuse_undecodable(table, "cp1252")
        return replace(table, encoding="cp1252")
    refuse_undecodable(table, "utf-8")
    return replace(table, encoding="utf-8")


def refuse_undecodable(table: Export, encoding: str) -> None:
    """Raises UnreadableFile naming the line that cannot be text: bytes outside the encoding, or a NUL."""
    try:
        nul_line = decode_through(table.data, encoding)
    except UnicodeDecodeError as problem:
        raise UnreadableFile(
            f"{table.file} is damaged or cut off: it holds bytes that are no text in {encoding.removesuffix('-sig')}; "
            f"{AGAIN}"
        ) from problem
    if nul_line:
        raise UnreadableFile(f"{table.file} is damaged: line {nul_line} holds a NUL byte, which no text has; {AGAIN}")


def decode_through(data: bytes, encoding: str) -> int:
    """Decodes piece by piece, so that a large file is never held as text; the line of the first NUL, 0 without one."""
    decoder = codecs.getincrementaldecoder(encoding)()
    may_hold_nul = b"\0" in data
    lines = 1
    for start in range(0, len(data), CHUNK_BYTES):
        piece = decoder.decode(data[start : start + CHUNK_BYTES], final=start + CHUNK_BYTES >= len(data))
        if may_hold_nul:
            place = piece.find("\0")
            if place >= 0:
                return lines + piece.count("\n", 0, place)
            lines += piece.count("\n")
    return 0


def text_lines(table: Export) -> tuple[io.BytesIO, io.TextIOWrapper]:
    """The bytes as a stream, whose position tells the progress, and the text on top of it with its line ends kept."""
    raw = io.BytesIO(table.data)
    return raw, io.TextIOWrapper(raw, encoding=table.encoding, newline="")
