import io
import zipfile
import zlib

import pytest
from exports import make_export, to_zip

from i2g_recon.errors import UnreadableFile
from i2g_recon.invoice2go.container import MAX_FILE_BYTES, kind_of, open_export, refuse_size

TABLE = make_export(1, 2).csv
TEXT = TABLE.decode("utf-8-sig")


def locked_zip() -> bytes:
    """A zip whose entries carry the mark of encryption."""
    data = bytearray(to_zip({"a_invoice.csv": TABLE}))
    data[6] |= 1  # the flag in the local header ...
    data[data.index(b"PK\x01\x02") + 8] |= 1  # ... and in the directory
    return bytes(data)


def lying_zip() -> bytes:
    """A zip that claims to unpack to nothing much while it is all zeros for 300 MB."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a_invoice.csv", "w") as stream:
        for _ in range(300):
            stream.write(bytes(1_000_000))
    return raw.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a_invoice.csv", "is empty"),
        (b"\xef\xbb\xbf\n", "a_invoice.csv", "is empty"),
        (b"%PDF-1.7\n%...", "a_invoice.csv", "is a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a_invoice.csv", "is an Excel workbook"),
        (to_zip({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}), "a.csv", "reads the zip or csv"),
        (b"<!doctype html><html>", "a_invoice.csv", "is a web page"),
        (b'{"Invoices": []}', "a_invoice.csv", "is a JSON file"),
        (TABLE, "marlow_estimate_2026.csv", "holds estimates by its name"),
        (TABLE + b"\0", "a_invoice.csv", "line 5 holds a NUL byte"),
        (TEXT.encode("utf-16-le"), "a_invoice.csv", "line 1 holds a NUL byte"),
        (TABLE + b"\xff\xfe", "a_invoice.csv", "is damaged or cut off"),
        (TEXT.encode() + b"\x81", "a_invoice.csv", "is damaged or cut off"),
        (to_zip({}), "a.zip", "is a zip without any file"),
        (to_zip({"a_invoice.csv": TABLE})[:-40], "a.zip", "is a damaged or cut-off zip"),
        (to_zip({"a_invoice.csv": TABLE, "b_invoice.csv": TABLE}), "a.zip", "holds 2 invoice exports"),
        (
            to_zip({"a_estimate.csv": TABLE, "a_clients.csv": b"Name,Email\n"}),
            "a.zip",
            "no invoice export (clients, est",
        ),
        (to_zip({"a.csv": TABLE}), "estimates.zip", "no invoice export (estimates)"),
        (to_zip({"a_invoice.csv": b"%PDF-1.7"}), "a.zip", "a_invoice.csv in a.zip is a PDF"),
        (locked_zip(), "a.zip", "is locked with a password"),
        (lying_zip(), "a.zip", "would unpack to 300 MB"),
    ],
)
def test_what_is_no_export_is_refused_by_one_sentence(data: bytes, name: str, words: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        open_export(data, name)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_size_in_the_directory_is_not_believed() -> None:
    data = bytearray(lying_zip())
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(UnreadableFile, match="damaged or cut-off zip"):
        open_export(bytes(data), "a.zip")


def test_an_oversized_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(UnreadableFile, match="has 200 MB and this version reads up to 200 MB"):
        refuse_size(MAX_FILE_BYTES + 1, "a_invoice.csv")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TABLE, "utf-8-sig"),
        (TEXT.encode(), "utf-8"),
        ((TEXT + "é").encode("cp1252"), "cp1252"),
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
    ],
)
def test_the_encoding_is_told_by_its_mark_or_by_decoding_all(data: bytes, encoding: str) -> None:
    assert open_export(data, "a_invoice.csv").encoding == encoding


def test_a_zip_gives_its_invoices_and_names_what_it_ignored() -> None:
    files = {"x/marlow_invoice_2026.csv": TABLE, "x/marlow_estimate.csv": b"a", "__MACOSX/x/._marlow_invoice.csv": b"b"}
    export = open_export(to_zip(files), "marlow.zip")
    assert export.data == TABLE
    assert export.notes == ("Ignored in marlow.zip: marlow_estimate.csv.",)


def test_a_name_that_does_not_say_invoices_is_noted() -> None:
    assert open_export(TABLE, "export.csv").notes == ("The name export.csv does not say invoices; its columns do.",)
    assert open_export(to_zip({"export.csv": TABLE}), "export.zip").kind == "invoices"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Invoice2go_export.csv", ""),
        ("invoice2go/Quote & Co_invoice_2026.csv", "invoices"),
        ("Invoice Masters_estimate.csv", "estimates"),
        ("C:\\files\\clients.csv", "clients"),
    ],
)
def test_the_last_word_of_a_name_tells_its_kind(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_a_damaged_byte_in_a_zip_is_found() -> None:
    data = bytearray(to_zip({"a_invoice.csv": TABLE}))
    data[200] ^= 0xFF
    assert zlib.crc32(data) != zlib.crc32(to_zip({"a_invoice.csv": TABLE}))
    with pytest.raises(UnreadableFile, match="damaged or cut-off zip"):
        open_export(bytes(data), "a.zip")
