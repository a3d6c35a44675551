from __future__ import annotations

import pytest

from i2g_recon.errors import NotConfigured, NotConnected, ReconError, Refused, Unreachable
from i2g_recon.web.sign_in import OAUTH_CODES, SENTENCES, ending, sentence


class Said(Exception):
    """An OAuth failure as Authlib raises it: the code stands in `.error`."""

    def __init__(self, error: str) -> None:
        super().__init__("words from outside")
        self.error = error


class ConnectTimeout(TimeoutError):
    """As an HTTP client names it."""


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (Said("access_denied"), "declined"),
        (Said("mismatching_state"), "elsewhere"),
        (Said("invalid_grant"), "expired"),
        (Said("invalid_scope"), "permissions"),
        (Said("invalid_client"), "app"),
        (Said("server_error"), "failed"),
        (NotConnected("no organisation"), "none"),
        (NotConfigured("no client id"), "app"),
        (Unreachable("no answer"), "unreachable"),
        (Refused("no"), "failed"),
        (ReconError("other"), "failed"),
        (ConnectTimeout(), "unreachable"),
        (KeyError("x"), "failed"),
    ],
)
def test_every_failure_has_its_code(problem: Exception, code: str) -> None:
    assert ending(problem) == code


def test_every_code_has_one_sentence_that_says_what_to_do() -> None:
    assert {*OAUTH_CODES.values(), "failed", "link", "none", "unreachable"} <= set(SENTENCES)
    assert all(said.endswith(".") for said in SENTENCES.values())


def test_an_invented_code_in_the_address_shows_nothing_of_itself() -> None:
    assert sentence("<script>alert(1)</script>") == SENTENCES["failed"]
