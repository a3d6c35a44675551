"""Links into Xero's own pages."""

from __future__ import annotations

from i2g_recon.xero.links import deep_link


def test_a_link_names_organisation_and_invoice() -> None:
    assert deep_link("!aB3cd", "id-1") == "https://go.xero.com/app/!aB3cd/invoicing/view/id-1"


def test_what_is_not_known_makes_no_link() -> None:
    assert deep_link("", "id-1") == deep_link("!aB3cd", "") == ""


def test_odd_ids_cannot_leave_the_path() -> None:
    assert deep_link("!aB3cd", "../x?y") == "https://go.xero.com/app/!aB3cd/invoicing/view/..%2Fx%3Fy"
