"""Two files, no account: the result is the demo's, and what cannot be read is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_workspace import pretend_xero

from i2g_recon.errors import UnreadableFile
from i2g_recon.jobs.compare_files import LARGEST_BYTES, compare_files, read_target
from i2g_recon.sandbox.samples import EXPORT_NAME, XERO_NAME, write_samples


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return folder


def test_the_export_against_xero_s_own_csv(samples: Path) -> None:
    result = compare_files(samples / EXPORT_NAME, samples / XERO_NAME)
    assert result.counts["agrees"] > 300
    assert result.counts["missing"] > 0
    assert result.verdict == "needs_a_person"
    assert all(total["unexplained"] in ("0.00", "0") for total in result.to_dict()["totals"])


def test_saved_api_pages_serve_as_well(samples: Path, tmp_path: Path) -> None:
    with pretend_xero("demo") as xero:
        xero.invoices()  # fetches the token
        headers = {
            "Authorization": f"Bearer {xero.token}",
            "Accept": "application/json",
            "xero-tenant-id": xero.sandbox.organisations[0]["tenant_id"],
        }
        page = xero.call("GET", "/api.xro/2.0/Invoices?page=1&pageSize=1000", headers=headers)
    (tmp_path / "pages.json").write_bytes(page.data)
    by_pages = compare_files(samples / EXPORT_NAME, tmp_path / "pages.json")
    by_csv = compare_files(samples / EXPORT_NAME, samples / XERO_NAME)
    assert by_pages.counts["missing"] == by_csv.counts["missing"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("paper.csv", b"%PDF-1.7 x"),
        ("broken.json", b'{"Invoices": [{'),
        ("other.csv", b"a,b\n1,2\n"),
    ],
)
def test_a_bad_target_is_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile) as problem:
        read_target(tmp_path / name)
    assert name in str(problem.value)
    assert "\n" not in str(problem.value)


def test_a_missing_target_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"nowhere\.csv"):
        read_target(tmp_path / "nowhere.csv")


def test_a_target_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)  # a hole: takes no space
    with pytest.raises(UnreadableFile, match="200 MB"):
        read_target(tmp_path / "huge.csv")
