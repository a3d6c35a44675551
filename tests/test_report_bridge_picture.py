"""The drawn bridge: every step with its words and amount, nothing loaded from elsewhere."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

from fixtures_papers import document

from i2g_recon.core.money import D, money_text, to_minor
from i2g_recon.core.reasons import REASONS
from i2g_recon.report.bridge_picture import AMOUNTS_PX, LABELS_PX, WIDTH_PX, BridgePicture

SVG = "{http://www.w3.org/2000/svg}"


def drawn(total: dict[str, Any]) -> ET.Element:
    return ET.fromstring(BridgePicture(total)._repr_html_())  # noqa: S314 - our own drawing, as a notebook asks


def test_every_step_stands_with_its_words_and_its_amount() -> None:
    for total in document()["totals"]:
        texts = [text.text for text in drawn(total).iter(f"{SVG}text")]
        amounts = [total["source"], *(step["amount"] for step in total["bridge"]), total["target"]]
        words = ["Invoice2go", *(REASONS[step["reason"]] for step in total["bridge"]), "Xero"]
        currency = total["currency"]
        assert texts[::2] == words
        assert texts[1::2] == [money_text(to_minor(D(text), currency), currency) for text in amounts]


def test_the_bars_stay_in_their_field() -> None:
    for total in document()["totals"]:
        for bar in drawn(total).iter(f"{SVG}rect"):
            left, width = int(str(bar.get("x"))), int(str(bar.get("width")))
            assert left >= LABELS_PX
            assert width >= 1
            assert left + width <= WIDTH_PX - AMOUNTS_PX + 1


def test_a_remainder_nobody_explains_is_drawn() -> None:
    total = {**document()["totals"][0], "unexplained": "0.07"}
    assert "Unexplained" in [text.text for text in drawn(total).iter(f"{SVG}text")]


def test_a_reason_nobody_has_words_for_cannot_become_markup() -> None:
    total = document()["totals"][0]
    strange = {**total, "bridge": [{"reason": "<script>", "count": 1, "amount": "1.00"}, *total["bridge"]]}
    assert "<script>" not in BridgePicture(strange).svg()
    assert "<script>" in [text.text for text in drawn(strange).iter(f"{SVG}text")]
